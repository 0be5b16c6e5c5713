/* Sums of products of all pairs of channels' distances from their means: the tile's covariance.
 *
 * Tensor cores multiply 64 channels by 64, for the upper triangle of such squares only. The mean, which the
 * moments have found before, is taken off in float, so that no difference of large sums is ever formed; what is
 * left is rounded to half again, which is less than the features themselves were rounded by. The sums are in
 * float over few cells, then in double, always in the same order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define PRODUCTS_BLOCK 128 /* four warps, each of which has a quarter of the square */
#define PRODUCTS_STEP  32  /* cells in shared memory at a time */
#define PRODUCTS_PITCH (ADAIN_COVARIANCE_SQUARE + 8) /* eight rows of a fragment lie in different banks */
#define PRODUCTS_BYTES (2 * PRODUCTS_STEP * PRODUCTS_PITCH * sizeof (__half))
#define PRODUCTS_TILES (ADAIN_COVARIANCE_SQUARE / 2 / 16) /* fragments on a side of a warp's quarter */

/* The kept cells. */
struct AdainKept
{
  const __half *input; /* the first one's */
  int           width, keep_width, end, channels;
};

/* Eight channels of which a thread brings one cell after the other to shared memory. */
struct AdainCentered
{
  int   channel;
  float mean[8];

  __device__ AdainCentered (const AdainKept &kept, int first, const double *means)
      : channel (first + threadIdx.x % (ADAIN_COVARIANCE_SQUARE / 8) * 8)
  {
    for (int c = 0; c < 8; c++)
      mean[c] = channel < kept.channels ? (float) means[channel + c] : 0;
  }

  /* Distances from the mean, times the weights (NULL: 1); 0 where there is no cell or no channel. */
  __device__ void load (const AdainKept &kept, int first, const float *weights, __half *to) const
  {
    const int groups = ADAIN_COVARIANCE_SQUARE / 8;

#pragma unroll
    for (int i = 0; i < PRODUCTS_STEP; i += PRODUCTS_BLOCK / groups)
      {
        int        row = i + threadIdx.x / groups, cell = first + row;
        AdainHalf8 value;

        if (cell < kept.end && channel < kept.channels)
          {
            int   y = cell / kept.keep_width, x = cell % kept.keep_width;
            float weight = weights ? weights[cell] : 1;

            value = AdainHalf8 (kept.input + ((long long) y * kept.width + x) * kept.channels + channel);
            for (int c = 0; c < 8; c++)
              value.value[c] = __float2half_rn (weight * (__half2float (value.value[c]) - mean[c]));
          }
        value.store (to + row * PRODUCTS_PITCH + threadIdx.x % groups * 8);
      }
  }
};

/* One block for one square of channels and ADAIN_COVARIANCE_CELLS cells; squares follow each other row by row,
 * from the diagonal on. */
__global__ void
__launch_bounds__ (PRODUCTS_BLOCK)
    adain_products_kernel (const AdainCall *call, const __half *input, int width, const float *weights,
                           int keep_width, int keep_height, int channels, const double *moments,
                           float *partial)
{
  using namespace nvcuda;

  ADAIN_SHARED (shared);
  __half *left = (__half *) shared, *right = left + PRODUCTS_STEP * PRODUCTS_PITCH;
  int     squares = ADAIN_COVARIANCE_SQUARES (channels);
  int     first = blockIdx.x / squares * ADAIN_COVARIANCE_CELLS, end = first + ADAIN_COVARIANCE_CELLS;
  int     row = 0, column = blockIdx.x % squares, across = ADAIN_COVARIANCE_ACROSS (channels);
  int     warp = threadIdx.x / 32, half = ADAIN_COVARIANCE_SQUARE / 2;
  int     top = warp / 2 * half, side = warp % 2 * half;

  for (; column >= across - row; row++)
    column -= across - row;
  column += row;
  end = end < keep_width * keep_height ? end : keep_width * keep_height;

  AdainKept kept = { input + ((long long) call->keep_y * width + call->keep_x) * channels, width, keep_width,
                     end, channels };
  AdainCentered rows (kept, row * ADAIN_COVARIANCE_SQUARE, moments + channels);
  AdainCentered columns (kept, column * ADAIN_COVARIANCE_SQUARE, moments + channels);

  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum[PRODUCTS_TILES][PRODUCTS_TILES];

  for (int i = 0; i < PRODUCTS_TILES; i++)
    for (int j = 0; j < PRODUCTS_TILES; j++)
      wmma::fill_fragment (sum[i][j], 0.0f);

  for (; first < end; first += PRODUCTS_STEP)
    {
      __syncthreads ();
      rows.load (kept, first, NULL, left);
      columns.load (kept, first, weights, right);
      __syncthreads ();

#pragma unroll
      for (int k = 0; k < PRODUCTS_STEP; k += 16)
        {
          wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::col_major> a[PRODUCTS_TILES];

          for (int i = 0; i < PRODUCTS_TILES; i++)
            wmma::load_matrix_sync (a[i], left + k * PRODUCTS_PITCH + top + i * 16, PRODUCTS_PITCH);
          for (int j = 0; j < PRODUCTS_TILES; j++)
            {
              wmma::fragment<wmma::matrix_b, 16, 16, 16, __half, wmma::row_major> b;

              wmma::load_matrix_sync (b, right + k * PRODUCTS_PITCH + side + j * 16, PRODUCTS_PITCH);
              for (int i = 0; i < PRODUCTS_TILES; i++)
                wmma::mma_sync (sum[i][j], a[i], b, sum[i][j]);
            }
        }
    }

  partial += (long long) blockIdx.x * ADAIN_COVARIANCE_SQUARE * ADAIN_COVARIANCE_SQUARE;
  for (int i = 0; i < PRODUCTS_TILES; i++)
    for (int j = 0; j < PRODUCTS_TILES; j++)
      wmma::store_matrix_sync (partial + (top + i * 16) * ADAIN_COVARIANCE_SQUARE + side + j * 16, sum[i][j],
                               ADAIN_COVARIANCE_SQUARE, wmma::mem_row_major);
}

/* One thread for one pair of channels. */
__global__ void
adain_covariance_kernel (const float *partial, int parts, int padded, int channels, double *products)
{
  const int square = ADAIN_COVARIANCE_SQUARE;
  int       i = blockIdx.x * blockDim.x + threadIdx.x, row = i / channels, column = i % channels;
  double    sum = 0;

  if (row >= channels)
    return;
  if (row <= column)
    {
      int          above = row / square, across = ADAIN_COVARIANCE_ACROSS (padded);
      int          at = above * across - above * (above - 1) / 2 + column / square - above;
      long long    part = (long long) ADAIN_COVARIANCE_SQUARES (padded) * square * square;
      const float *from = partial + ((long long) at * square + row % square) * square + column % square;

#pragma unroll 8
      for (int k = 0; k < parts; k++)
        sum += from[k * part];
    }
  products[i] = sum;
}
