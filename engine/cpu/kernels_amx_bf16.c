/* The inner loops with Intel's tiles of bfloat16 (AMX; Sapphire Rapids and later, on Linux).
 *
 * A multiplication takes TILE pixels times 2 * TILE input channels and as many of them times TILE output
 * channels. To it taps that lie side by side are one: the inputs of a pixel's taps in a row of the picture
 * are consecutive in memory, and those of the next pixel overlap them. Up to TILES sums run side by side,
 * since each multiplication waits for the one before with the same sums.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bfloat16.h"

typedef guint16 Element;
typedef float   Sum;

#define SET_NAME      "amx-bf16"
#define SET_SYMBOL    adain_kernels_amx_bf16
#define SET_SUPPORTED supported
#define PAIR          2
#define LANES         16
#define MAX_VECTORS   1

static inline Element
element_from_float (float value)
{
  return adain_bfloat16 (value);
}

#include "kernels_taps.h"

#define TILE      16 /* rows of a tile, of 64 bytes each */
#define TILE_SIZE (TILE * LANES)
#define TILES     4

/* The tiles' numbers, which instructions want to be constants: TILES of sums from 0 on, and these. What is
 * left of the inputs after whole tiles has smaller ones. */
#define INPUTS       4
#define WEIGHTS      5
#define REST_INPUTS  6
#define REST_WEIGHTS 7

/* In CPUID's leaf 7, EDX. */
#define CPUID_AMX_BF16 (1u << 22)
#define CPUID_AMX_TILE (1u << 24)

/* From Linux' asm/prctl.h, and the number of the tiles' state there. */
#define ARCH_REQ_XCOMP_PERM 0x1023
#define XFEATURE_XTILEDATA  18

/* Linux saves the tiles of processes alone that have asked for it. */
static gboolean
may_use_tiles (void)
{
  static gsize asked = 0;
  enum
  {
    REFUSED = 1,
    GRANTED
  };

  if (g_once_init_enter (&asked))
    g_once_init_leave (&asked, syscall (SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0
                                   ? GRANTED
                                   : REFUSED);
  return asked == GRANTED;
}

static gboolean
supported (void)
{
  unsigned eax, ebx, ecx, edx;

  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq")
         && __builtin_cpu_supports ("avx512bf16") && __builtin_cpu_supports ("avx2")
         && __builtin_cpu_supports ("fma") && __get_cpuid_count (7, 0, &eax, &ebx, &ecx, &edx)
         && edx & CPUID_AMX_TILE && edx & CPUID_AMX_BF16 && may_use_tiles ();
}

/* What LDTILECFG reads. */
typedef struct
{
  guint8  palette, start_row, reserved[14];
  guint16 row_bytes[16];
  guint8  rows[16];
} Configuration;

static void
set_tile (Configuration *configuration, int tile, int rows, int row_bytes)
{
  configuration->rows[tile] = rows;
  configuration->row_bytes[tile] = row_bytes;
}

/* For `pixels` pixels, and `rest` pairs of channels after whole tiles. */
static void
configure_tiles (int pixels, int rest)
{
  Configuration configuration = { .palette = 1 };

  for (int i = 0; i < TILES; i++)
    set_tile (&configuration, i, pixels, LANES * sizeof (Sum));
  set_tile (&configuration, INPUTS, pixels, TILE * PAIR * sizeof (Element));
  set_tile (&configuration, WEIGHTS, TILE, LANES * PAIR * sizeof (Element));
  if (rest > 0)
    {
      set_tile (&configuration, REST_INPUTS, pixels, rest * PAIR * sizeof (Element));
      set_tile (&configuration, REST_WEIGHTS, rest, LANES * PAIR * sizeof (Element));
    }
  /* To the compiler the instruction does not read all of it. */
  __asm__ volatile ("" : : "r"(&configuration) : "memory");
  _tile_loadconfig (&configuration);
}

/* The sums of one tile of pixels, whose output begins at `to`. */
INLINE void
store_pixels (const Row *row, const float *sums, void *out, gsize to, int pixels)
{
  for (int p = 0; p < pixels; p++, sums += LANES, to += row->out_step)
    {
      __m512 sum = _mm512_load_ps (sums);

      if (row->relu)
        sum = _mm512_max_ps (sum, _mm512_setzero_ps ());
      if (row->float_out)
        _mm512_mask_storeu_ps ((float *) out + to,
                               row->channels >= LANES ? 0xffff : (1u << row->channels) - 1, sum);
      else
        _mm256_storeu_si256 ((__m256i *) ((Element *) out + to), (__m256i) _mm512_cvtneps_pbh (sum));
    }
}

#define FOR_EACH_TILE(DO) \
  DO (0);                 \
  if (tiles > 1)          \
    DO (1);               \
  if (tiles > 2)          \
    DO (2);               \
  if (tiles > 3)          \
  DO (3)

#define LOAD_BIAS(tile)  _tile_loadd (tile, row->bias, 0)
#define STORE_SUMS(tile) _tile_stored (tile, sums + tile * TILE_SIZE, LANES * sizeof (Sum))
#define MULTIPLY(tile)                                                                          \
  do                                                                                            \
    {                                                                                           \
      _tile_loadd (INPUTS, from + first[tile] * row->in_step, row->in_step * sizeof (Element)); \
      _tile_dpbf16ps (tile, INPUTS, WEIGHTS);                                                   \
    }                                                                                           \
  while (0)
#define MULTIPLY_REST(tile)                                                                          \
  do                                                                                                 \
    {                                                                                                \
      _tile_loadd (REST_INPUTS, from + first[tile] * row->in_step, row->in_step * sizeof (Element)); \
      _tile_dpbf16ps (tile, REST_INPUTS, REST_WEIGHTS);                                              \
    }                                                                                                \
  while (0)

/* `tiles` (a constant) times `pixels` pixels, of which each tile's begin with pixel first[tile]. */
INLINE void
block (const Row *row, const Element *in, const Element *weights, void *out, gsize offset,
       const gsize first[TILES], const int tiles, int pixels)
{
  float __attribute__ ((aligned (ALIGNMENT))) sums[TILES * TILE_SIZE];
  const int whole = row->kx * row->pairs / TILE, rest = row->kx * row->pairs % TILE;

  FOR_EACH_TILE (LOAD_BIAS);
  for (int y = 0; y < row->ky; y++)
    {
      const Element *from = in + y * row->in_pitch;

      for (int i = 0; i < whole; i++, from += TILE * PAIR, weights += TILE_SIZE * PAIR)
        {
          _tile_loadd (WEIGHTS, weights, LANES * PAIR * sizeof (Element));
          FOR_EACH_TILE (MULTIPLY);
        }
      if (rest > 0)
        {
          _tile_loadd (REST_WEIGHTS, weights, LANES * PAIR * sizeof (Element));
          FOR_EACH_TILE (MULTIPLY_REST);
          weights += rest * LANES * PAIR;
        }
    }
  FOR_EACH_TILE (STORE_SUMS);
  for (int i = 0; i < tiles; i++)
    store_pixels (row, sums + i * TILE_SIZE, out, offset + first[i] * row->out_step, pixels);
}

/* What is left over after whole tiles is computed by one that overlaps the one before. */
static __attribute__ ((noinline)) void
convolve_row (const Row *row, const Element *in, const Element *weights, void *out, gsize offset, int width)
{
  int pixels = MIN (width, TILE), left = (width + TILE - 1) / TILE;

  for (int x = 0, tiles; left > 0; x += tiles * TILE, left -= tiles)
    {
      gsize first[TILES];

      tiles = left / ((left + TILES - 1) / TILES);
      for (int i = 0; i < tiles; i++)
        first[i] = MIN (x + i * TILE, width - pixels);
      switch (tiles)
        {
        case 1:
          block (row, in, weights, out, offset, first, 1, pixels);
          break;
        case 2:
          block (row, in, weights, out, offset, first, 2, pixels);
          break;
        case 3:
          block (row, in, weights, out, offset, first, 3, pixels);
          break;
        default:
          block (row, in, weights, out, offset, first, TILES, pixels);
        }
    }
}

static void
convolve_rows (const Row *row, const Element *in, const Element *weights, void *out, gsize offset,
               gsize out_row, int width, int rows)
{
  configure_tiles (MIN (width, TILE), row->kx * row->pairs % TILE);
  for (int y = 0; y < rows; y++)
    convolve_row (row, in + y * row->in_pitch, weights, out, offset + y * out_row, width);
  _tile_release ();
}

#include "kernels_layers.h"
