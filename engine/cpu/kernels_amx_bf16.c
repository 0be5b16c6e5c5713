/* The inner loops with Intel's tiles of bfloat16 (AMX; Sapphire Rapids and later, on Linux).
 *
 * One multiplication takes TILE pixels times DEPTH inputs and DEPTH inputs times TILE output channels. To it
 * the taps of a row are one: in memory the inputs of a pixel's taps follow each other, and those of the next
 * pixel overlap them. Such a run is cut into pieces of DEPTH inputs, of which the last reaches back as far as
 * it has to, with weights of 0 for what it repeats.
 *
 * A block is so many pixels and channels that TILES sums run side by side, since each multiplication waits for
 * the one before with the same sums. Convolutions to TILE channels take pairs of pixels for twice the channels
 * where single pixels would not lie in whole lines of the cache.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bfloat16.h"
#include "kernels.h"

typedef guint16 Element;
typedef float   Sum;

#define SET_NAME      "amx-bf16"
#define SET_SYMBOL    adain_kernels_amx_bf16
#define SET_SUPPORTED supported
#define PAIR          2
#define LANES         16
#define MAX_VECTORS   2

#define TILE      16 /* rows of a tile, of 64 bytes at most */
#define TILE_SIZE (TILE * LANES)
#define DEPTH     (TILE * PAIR)

static inline Element
element_from_float (float value)
{
  return adain_bfloat16 (value);
}

static inline int
packed_inputs (int run)
{
  return run < DEPTH ? run : adain_round_up (run, DEPTH);
}

static inline int
input_at (int position, int run)
{
  int piece = position / DEPTH * DEPTH, back = run < DEPTH ? 0 : MAX (piece + DEPTH - run, 0);

  return position - back < piece ? -1 : position - back;
}

static inline int
pixel_group (const AdainPacked *packed)
{
  if (packed->float_out)
    return LANES / packed->out;
  return packed->out == LANES && packed->in_stride % DEPTH != 0 ? 2 : 1;
}

#define packed_inputs packed_inputs
#define pixel_group   pixel_group

#include "kernels_taps.h"

#define TILES 4 /* of sums */

/* The tiles' numbers, which instructions want to be constants: TILES of sums from 0 on, and these. */
#define INPUTS       4
#define WEIGHTS      5
#define MORE_WEIGHTS 6

#define SUMS_STEP (LANES * sizeof (Sum))

/* In CPUID's leaf 7, EDX. */
#define CPUID_AMX_BF16 (1u << 22)
#define CPUID_AMX_TILE (1u << 24)

/* From Linux' asm/prctl.h, and what it calls the tiles' state. */
#define ARCH_REQ_XCOMP_PERM 0x1023
#define XFEATURE_XTILEDATA  18

/* Linux lets those processes alone use tiles that have asked for it. It refuses where it cannot save them. */
static gboolean
may_use_tiles (void)
{
  static gsize answer = 0;
  enum
  {
    NO = 1,
    YES
  };

  if (g_once_init_enter (&answer))
    g_once_init_leave (&answer,
                       syscall (SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 ? YES : NO);
  return answer == YES;
}

static gboolean
supported (void)
{
  unsigned eax, ebx, ecx, edx;

  /* __builtin_cpu_supports() does not know tiles in all compilers. */
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

/* For pieces of `pairs` pairs of inputs of `pixels` pixels. */
static void
configure_tiles (int pixels, int pairs)
{
  Configuration configuration = { .palette = 1 };

  for (int i = 0; i < TILES; i++)
    set_tile (&configuration, i, pixels, LANES * sizeof (Sum));
  set_tile (&configuration, INPUTS, pixels, pairs * PAIR * sizeof (Element));
  set_tile (&configuration, WEIGHTS, pairs, LANES * PAIR * sizeof (Element));
  set_tile (&configuration, MORE_WEIGHTS, pairs, LANES * PAIR * sizeof (Element));
  /* Compilers do not know that the instruction reads all of it. */
  __asm__ volatile ("" : : "r"(&configuration) : "memory");
  _tile_loadconfig (&configuration);
}

/* Adds the INPUTS times the weights of `vector` to a sum, a constant. */
INLINE void
multiply_add (const int sum, const int vector)
{
#define CASE(number)                                 \
  case number:                                       \
    if (vector == 0)                                 \
      _tile_dpbf16ps (number, INPUTS, WEIGHTS);      \
    else                                             \
      _tile_dpbf16ps (number, INPUTS, MORE_WEIGHTS); \
    break

  switch (sum)
    {
      CASE (0);
      CASE (1);
      CASE (2);
      CASE (3);
    }
#undef CASE
}

/* Stores a sum, a constant. */
INLINE void
store_sum (const int sum, float *to)
{
  switch (sum)
    {
    case 0:
      _tile_stored (0, to, SUMS_STEP);
      break;
    case 1:
      _tile_stored (1, to, SUMS_STEP);
      break;
    case 2:
      _tile_stored (2, to, SUMS_STEP);
      break;
    case 3:
      _tile_stored (3, to, SUMS_STEP);
      break;
    }
}

/* Two vectors of sums as elements. */
INLINE __m512i
as_elements (const Row *row, __m512 first, __m512 second)
{
  __m512i elements = (__m512i) _mm512_cvtne2ps_pbh (second, first);

  return row->relu ? _mm512_max_epi16 (elements, _mm512_setzero_si512 ()) : elements;
}

/* What becomes of the sums of `pixels` pixels: floats, ... */
INLINE void
finish_floats (const Row *row, const float *sums, int vector, float *out, int pixels)
{
  int       channels = row->channels - vector * LANES;
  __mmask16 mask = channels >= LANES ? 0xffff : (1u << channels) - 1;
  __m512    bias = _mm512_loadu_ps (row->bias + vector * LANES);

  for (int p = 0; p < pixels; p++)
    {
      __m512 sum = _mm512_load_ps (sums + p * LANES) + bias;

      if (row->relu)
        sum = _mm512_max_ps (sum, _mm512_setzero_ps ());
      _mm512_mask_storeu_ps (out + p * row->out_step + vector * LANES, mask, sum);
    }
}

/* ... a vector of elements, ... */
INLINE void
finish_narrow (const Row *row, const float *sums, Element *out, int pixels)
{
  const gsize step = row->out_step;
  __m512      bias = _mm512_loadu_ps (row->bias);

#pragma GCC unroll 4
  for (int p = 0; p < pixels; p += 2, sums += 2 * LANES)
    {
      __m512i elements = as_elements (row, _mm512_load_ps (sums) + bias,
                                      _mm512_load_ps (sums + LANES) + bias);

      _mm256_storeu_si256 ((__m256i *) (out + p * step), _mm512_castsi512_si256 (elements));
      if (p + 1 < pixels)
        _mm256_storeu_si256 ((__m256i *) (out + (p + 1) * step), _mm512_extracti64x4_epi64 (elements, 1));
    }
}

/* ... or two of them. */
INLINE void
finish_wide (const Row *row, const float *sums, Element *out, int pixels)
{
  const gsize step = row->out_step;
  __m512      bias = _mm512_loadu_ps (row->bias), more = _mm512_loadu_ps (row->bias + LANES);

#pragma GCC unroll 4
  for (int p = 0; p < pixels; p++, sums += LANES)
    _mm512_storeu_si512 (out + p * step, as_elements (row, _mm512_load_ps (sums) + bias,
                                                      _mm512_load_ps (sums + TILE_SIZE) + more));
}

/* The pixels of a block: `tiles` times `pixels` of them. */
typedef struct
{
  int   tiles, pixels;
  gsize first[TILES];
} Pixels;

/* A block in one row, whose output begins at `offset`. `vectors` of channels and `tiles` are constants. */
INLINE void
block (const Row *row, const Element *in, const Element *weights, void *out, gsize offset,
       const Pixels *pixels, const int vectors, const int tiles)
{
  float     sums[2 * TILE_SIZE] __attribute__ ((aligned (ADAIN_ALIGNMENT)));
  const int run = row->kx * row->pairs * PAIR, depth = MIN (run, DEPTH);
  const int in_step = row->in_step * sizeof (Element),
            weights_step = vectors * LANES * PAIR * sizeof (Element);

  _tile_zero (0);
  _tile_zero (1);
  _tile_zero (2);
  _tile_zero (3);
  for (int y = 0; y < row->ky; y++, in += row->in_pitch)
    for (int i = 0; i < run; i += depth, weights += vectors * LANES * depth)
      {
        const Element *from = in + MIN (i, run - depth);

        _tile_loadd (WEIGHTS, weights, weights_step);
        if (vectors > 1)
          _tile_loadd (MORE_WEIGHTS, weights + LANES * PAIR, weights_step);
#pragma GCC unroll 4
        for (int t = 0; t < tiles; t++)
          {
            _tile_loadd (INPUTS, from + pixels->first[t] * row->in_step, in_step);
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++)
              multiply_add (t * vectors + v, v);
          }
      }
#pragma GCC unroll 4
  for (int t = 0; t < tiles; t++)
    {
      gsize to = offset + pixels->first[t] * row->out_step;

#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++)
        store_sum (t * vectors + v, sums + v * TILE_SIZE);
      if (row->float_out)
        for (int v = 0; v < vectors; v++)
          finish_floats (row, sums + v * TILE_SIZE, v, (float *) out + to, pixels->pixels);
      else if (vectors == 1)
        finish_narrow (row, sums, (Element *) out + to, pixels->pixels);
      else
        finish_wide (row, sums, (Element *) out + to, pixels->pixels);
    }
}

/* The same pixels of all rows, so that the inputs of one are still in the cache for the next. */
INLINE void
column (const Row *row, const Element *in, const Element *weights, void *out, gsize offset, gsize out_row,
        const Pixels *pixels, int rows, const int vectors, const int tiles)
{
  for (int y = 0; y < rows; y++)
    block (row, in + y * row->in_pitch, weights, out, offset + y * out_row, pixels, vectors, tiles);
}

static __attribute__ ((noinline)) void
wide_column (const Row *row, const Element *in, const Element *weights, void *out, gsize offset,
             gsize out_row, const Pixels *pixels, int rows)
{
  if (pixels->tiles == 2)
    column (row, in, weights, out, offset, out_row, pixels, rows, 2, 2);
  else
    column (row, in, weights, out, offset, out_row, pixels, rows, 2, 1);
}

static __attribute__ ((noinline)) void
narrow_column (const Row *row, const Element *in, const Element *weights, void *out, gsize offset,
               gsize out_row, const Pixels *pixels, int rows)
{
  if (pixels->tiles == 4)
    column (row, in, weights, out, offset, out_row, pixels, rows, 1, 4);
  else if (pixels->tiles == 3)
    column (row, in, weights, out, offset, out_row, pixels, rows, 1, 3);
  else if (pixels->tiles == 2)
    column (row, in, weights, out, offset, out_row, pixels, rows, 1, 2);
  else
    column (row, in, weights, out, offset, out_row, pixels, rows, 1, 1);
}

/* What is left over after whole tiles is computed by one that overlaps the one before. */
static void
convolve_rows (const Row *row, const Element *in, const Element *weights, void *out, gsize offset,
               gsize out_row, int width, int rows)
{
  gboolean wide = row->channels > LANES;
  Pixels   pixels = { .pixels = MIN (width, TILE) };
  int      most = wide ? TILES / 2 : TILES, left = (width + TILE - 1) / TILE;

  configure_tiles (pixels.pixels, MIN (row->kx * row->pairs, TILE));
  for (int x = 0; left > 0; left -= pixels.tiles)
    {
      pixels.tiles = left / ((left + most - 1) / most);
      for (int t = 0; t < pixels.tiles; t++, x += TILE)
        pixels.first[t] = MIN (x, width - pixels.pixels);
      if (wide)
        wide_column (row, in, weights, out, offset, out_row, &pixels, rows);
      else
        narrow_column (row, in, weights, out, offset, out_row, &pixels, rows);
    }
  _tile_release ();
}

#include "kernels_layers.h"
