/* Sums of products of all pairs of channels' distances from their means: the covariance of a tile.
 *
 * Tensor cores multiply 64 channels by 64, for the upper triangle of such squares only. The mean, which the
 * moments have found before, is taken off in float, so that no difference of large sums is ever formed. What is
 * left is the sum of two halves, a coarse and a fine one; the product of the fine ones, 2^-22 of the whole, is
 * left out. Sums are in float over few cells, then in double, always in the same order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define PRODUCTS_BLOCK  128 /* four warps, each of which has a quarter of the square */
#define PRODUCTS_STEP   32  /* cells in shared memory at a time */
#define PRODUCTS_GROUPS (ADAIN_COVARIANCE_SQUARE / 8)
#define PRODUCTS_LINES  (PRODUCTS_BLOCK / 2 / PRODUCTS_GROUPS) /* cells of a panel that are brought at once */
#define PRODUCTS_PITCH  (ADAIN_COVARIANCE_SQUARE + 8) /* eight rows of a fragment lie in different banks */
#define PRODUCTS_PANEL  (PRODUCTS_STEP * PRODUCTS_PITCH)
#define PRODUCTS_BYTES  (4 * PRODUCTS_PANEL * sizeof (__half)) /* rows, coarse and fine; columns likewise */
#define PRODUCTS_TILES  (ADAIN_COVARIANCE_SQUARE / 2 / 16)     /* fragments on a side of a quarter */

/* The kept cells, and the eight channels of them that a thread brings to shared memory. */
struct AdainPanel
{
  const __half *input;   /* the first kept cell's */
  const float  *weights; /* NULL: 1 */
  int           width, keep_width, end, channels, channel;
  float         mean[8];
};

static __device__ inline void
adain_products_means (AdainPanel &panel, const double *means)
{
  for (int c = 0; c < 8; c++)
    panel.mean[c] = panel.channel < panel.channels ? (float) means[panel.channel + c] : 0;
}

/* Distances from the mean, times the weights; 0 where there is no cell or no channel. */
static __device__ inline void
adain_products_load (const AdainPanel &panel, int first, int line, __half *to)
{
#pragma unroll
  for (int i = line; i < PRODUCTS_STEP; i += PRODUCTS_LINES)
    {
      int        cell = first + i;
      AdainHalf8 coarse, fine;

      if (cell < panel.end && panel.channel < panel.channels)
        {
          long long at = (long long) (cell / panel.keep_width) * panel.width + cell % panel.keep_width;
          float     weight = panel.weights ? panel.weights[cell] : 1;

          coarse = AdainHalf8 (panel.input + at * panel.channels + panel.channel);
          for (int c = 0; c < 8; c++)
            {
              float distance = weight * (__half2float (coarse.value[c]) - panel.mean[c]);

              coarse.value[c] = __float2half_rn (distance);
              fine.value[c] = __float2half_rn (distance - __half2float (coarse.value[c]));
            }
        }
      coarse.store (to + i * PRODUCTS_PITCH);
      fine.store (to + PRODUCTS_PANEL + i * PRODUCTS_PITCH);
    }
}

/* One block for one square of channels and ADAIN_COVARIANCE_CELLS cells; squares follow each other row by row,
 * from the diagonal on. Half of the threads bring the rows' channels, half the columns'. */
__global__ void
__launch_bounds__ (PRODUCTS_BLOCK, 4)
    adain_products_kernel (const AdainCall *call, const __half *input, int width, const float *weights,
                           int keep_width, int keep_height, int channels, const double *moments,
                           float *partial)
{
  using namespace nvcuda;

  ADAIN_SHARED (shared);
  __half    *rows = (__half *) shared, *columns = rows + 2 * PRODUCTS_PANEL;
  int        across = ADAIN_COVARIANCE_ACROSS (channels), squares = ADAIN_COVARIANCE_SQUARES (channels);
  int        row = 0, column = blockIdx.x % squares;
  int        first = blockIdx.x / squares * ADAIN_COVARIANCE_CELLS, end = first + ADAIN_COVARIANCE_CELLS;
  int        warp = threadIdx.x / 32, half = ADAIN_COVARIANCE_SQUARE / 2;
  int        top = warp / 2 * half, side = warp % 2 * half;
  bool       right = threadIdx.x >= PRODUCTS_BLOCK / 2;
  int        group = threadIdx.x % PRODUCTS_GROUPS;
  int        line = threadIdx.x / PRODUCTS_GROUPS % PRODUCTS_LINES;
  AdainPanel panel;

  for (; column >= across - row; row++)
    column -= across - row;
  column += row;
  end = end < keep_width * keep_height ? end : keep_width * keep_height;

  panel.input = input + ((long long) call->keep_y * width + call->keep_x) * channels;
  panel.weights = right ? weights : NULL;
  panel.width = width;
  panel.keep_width = keep_width;
  panel.end = end;
  panel.channels = channels;
  panel.channel = (right ? column : row) * ADAIN_COVARIANCE_SQUARE + group * 8;
  adain_products_means (panel, moments + channels);

  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum[PRODUCTS_TILES][PRODUCTS_TILES];

  for (int i = 0; i < PRODUCTS_TILES; i++)
    for (int j = 0; j < PRODUCTS_TILES; j++)
      wmma::fill_fragment (sum[i][j], 0.0f);

  for (; first < end; first += PRODUCTS_STEP)
    {
      __syncthreads ();
      adain_products_load (panel, first, line, (right ? columns : rows) + group * 8);
      __syncthreads ();

#pragma unroll
      for (int k = 0; k < PRODUCTS_PANEL; k += 16 * PRODUCTS_PITCH)
        {
          wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::col_major> a[2][PRODUCTS_TILES];

          for (int i = 0; i < PRODUCTS_TILES; i++)
            for (int fine = 0; fine < 2; fine++)
              wmma::load_matrix_sync (a[fine][i], rows + fine * PRODUCTS_PANEL + k + top + i * 16,
                                      PRODUCTS_PITCH);
          for (int j = 0; j < PRODUCTS_TILES; j++)
            {
              wmma::fragment<wmma::matrix_b, 16, 16, 16, __half, wmma::row_major> coarse, fine;

              wmma::load_matrix_sync (coarse, columns + k + side + j * 16, PRODUCTS_PITCH);
              wmma::load_matrix_sync (fine, columns + PRODUCTS_PANEL + k + side + j * 16, PRODUCTS_PITCH);
              for (int i = 0; i < PRODUCTS_TILES; i++)
                {
                  wmma::mma_sync (sum[i][j], a[1][i], coarse, sum[i][j]);
                  wmma::mma_sync (sum[i][j], a[0][i], fine, sum[i][j]);
                  wmma::mma_sync (sum[i][j], a[0][i], coarse, sum[i][j]);
                }
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
