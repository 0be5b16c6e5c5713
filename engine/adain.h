/* AdaIN style transfer: the engine's public interface.
 *
 * Arbitrary style transfer by adaptive instance normalization (Huang and Belongie, ICCV 2017).
 * The engine knows neither GIMP nor GTK and keeps no global state; several engines may live
 * side by side. It works on R'G'B' floats with the curve of sRGB (not linear) and any primaries, in [0, 1].
 *
 *     AdainModel  *model  = adain_model_load ("compact.safetensors", &error);
 *     AdainEngine *engine = adain_engine_new (model, ADAIN_DEVICE_AUTO, NULL, &error);
 *     AdainStyle  *style  = adain_style_encode (engine, &painting, ADAIN_STYLE_SIDE, NULL, NULL, &error);
 *     AdainContent *content = adain_content_encode (engine, &photo, 0, NULL, NULL, NULL, &error);
 *     adain_content_render (content, &style, NULL, 1, &options, &sink, NULL, NULL, NULL, &error);
 *
 * Functions that can fail return FALSE or NULL and set a GError, of the domain ADAIN_ERROR
 * or, when cancelled, G_IO_ERROR_CANCELLED. Messages are translated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ADAIN_ERROR (adain_error_quark ())

/**
 * AdainError:
 * @ADAIN_ERROR_ARGUMENT: a value outside its range, a wrong number of weights
 * @ADAIN_ERROR_MODEL: the model file is damaged or not one of ours
 * @ADAIN_ERROR_MEMORY: not enough memory for the picture, or the budget is too small
 * @ADAIN_ERROR_DEVICE: the requested device cannot be used
 * @ADAIN_ERROR_PICTURE: the picture is empty or too large
 */
typedef enum
{
  ADAIN_ERROR_ARGUMENT,
  ADAIN_ERROR_MODEL,
  ADAIN_ERROR_MEMORY,
  ADAIN_ERROR_DEVICE,
  ADAIN_ERROR_PICTURE,
} AdainError;

GQuark adain_error_quark (void);

/* Pictures ---------------------------------------------------------------------------------- */

/* A rectangle in pixels, or in cells of the feature grid where a function says so. */
typedef struct
{
  int x, y, width, height;
} AdainRect;

/**
 * AdainRegion:
 * @read: copies how much of each pixel of @rect belongs to the region, as rect->height rows of rect->width
 *   floats in [0, 1]; values that are not finite count as 0. NULL: there is no region.
 *
 * A soft area of a picture, of the same size.
 */
typedef struct
{
  gboolean (*read) (gpointer user_data, const AdainRect *rect, float *coverage, GError **error);
  gpointer user_data;
} AdainRegion;

/* The longest side of a picture: what GIMP itself allows. */
#define ADAIN_MAX_SIDE 524288

/**
 * AdainSource:
 * @width, @height: size in pixels, 1 to ADAIN_MAX_SIDE
 * @has_mask: whether @read fills `mask`
 * @read: copies the pixels of @rect. `rgba` receives rect->height rows of rect->width pixels of
 *   four floats, R'G'B'A, not premultiplied; `mask` as many single floats in [0, 1] (the selection),
 *   or is NULL. Pixels of alpha 0, and those of mask 0, neither influence the statistics nor
 *   bleed in: the network sees the colors of their surroundings in their place.
 *   The network sees them clipped to [0, 1], and not a number as 0; of what lies beyond, a rendering keeps
 *   (1 - strength), so that it goes as the strength grows.
 * @regions: @n_regions areas, in the order of the styles of a rendering, to each of which that style is
 *   confined (the paper's spatial control). They may overlap: there styles mix as their weights say, times
 *   the coverage. Styles of no region share what no region covers; where no style reaches, the picture stays
 *   as it is, to the last bit.
 * @protection: (nullable): where the picture stays as it is, too
 *
 * A picture that the engine pulls piece by piece, so that it never needs to hold all of it.
 * @read is called from threads of the engine, one call at a time; the source must stay valid as
 * long as the object that was made from it.
 */
typedef struct
{
  int      width, height;
  gboolean has_mask;
  gboolean (*read) (gpointer user_data, const AdainRect *rect, float *rgba, float *mask, GError **error);
  gpointer           user_data;
  int                n_regions;
  const AdainRegion *regions;
  const AdainRegion *protection;
} AdainSource;

/**
 * AdainSink:
 * @write: takes one finished rectangle of the result, laid out as in #AdainSource, alpha
 *   being the source's. Called from threads of the engine, one call at a time; the
 *   rectangles do not overlap and cover the picture, in no promised order. Should a device fail,
 *   the CPU begins again and writes all of them.
 */
typedef struct
{
  gboolean (*write) (gpointer user_data, const AdainRect *rect, const float *rgba, GError **error);
  gpointer user_data;
} AdainSink;

/* A picture in plain memory: height * width * 4 floats R'G'B'A and, or NULL, height * width of mask. */
typedef struct
{
  int    width, height;
  float *rgba, *mask;
} AdainImage;

/* A source and a sink over a picture in memory, which must outlive them. */
AdainSource adain_image_source (AdainImage *image);
AdainSink   adain_image_sink (AdainImage *image);

/* The coverage of a region in plain memory: height * width floats. */
typedef struct
{
  int    width, height;
  float *coverage;
} AdainPlane;

/* A region over a plane, which must outlive it. */
AdainRegion adain_plane_region (AdainPlane *plane);

/**
 * AdainProgressUnit: what progress is counted in
 * @ADAIN_PROGRESS_TILES: tiles of a picture, anew in each pass over it
 * @ADAIN_PROGRESS_STEPS: steps of refinement
 * @ADAIN_PROGRESS_LESSONS: steps of learning
 */
typedef enum
{
  ADAIN_PROGRESS_TILES,
  ADAIN_PROGRESS_STEPS,
  ADAIN_PROGRESS_LESSONS,
} AdainProgressUnit;

/**
 * AdainProgress:
 * @fraction: how much of this call is done, 0 to 1, never falling
 * @done: how many units are done of @all: at least 1 tile, but of steps and lessons none when the first begins
 *
 * Called from threads of the engine, one call at a time. To stop, cancel the #GCancellable.
 */
typedef void (*AdainProgress) (double fraction, AdainProgressUnit unit, int done, int all,
                               gpointer user_data);

/* Model ------------------------------------------------------------------------------------- */

typedef struct _AdainModel AdainModel;

/**
 * adain_model_load:
 * @path: a safetensors file with the tensors and metadata that weights/README.md describes; or an ONNX file, which is
 *   a network from picture to picture that paints without styles ("foreign")
 *
 * Maps and validates the whole safetensors file before anything of it is used: a truncated, huge,
 * overlapping or lying file gives ADAIN_ERROR_MODEL with the file's name. An ONNX file is read by
 * adain_engine_new(), which needs the module for it.
 */
AdainModel *adain_model_load (const char *path, GError **error);
AdainModel *adain_model_ref (AdainModel *model);
void        adain_model_unref (AdainModel *model);

/* Whether a model paints without styles; then there are no galleries for it, adain_style_encode() fails, and
 * adain_content_render() takes no style. */
gboolean adain_model_is_foreign (const AdainModel *model);

/* The same by the name of its file, which ends in ".onnx". */
gboolean adain_model_path_is_foreign (const char *path);

/* A string of a safetensors file's metadata such as "name" or "license"; NULL if absent. */
const char *adain_model_metadata (const AdainModel *model, const char *key);

/* Tells encoders apart: hexadecimal digits, the same for models whose galleries are the same. Any thread. */
const char *adain_model_encoder (AdainModel *model);

/* Multiplications of encoding and decoding one pixel, as the network is written down. */
double adain_model_cost (const AdainModel *model);

/* Engine ------------------------------------------------------------------------------------ */

typedef struct _AdainEngine AdainEngine;

/**
 * AdainDevice:
 * @ADAIN_DEVICE_AUTO: the fastest device that works here
 * @ADAIN_DEVICE_CPU: the processor; the CUDA driver is never touched
 * @ADAIN_DEVICE_CUDA: an NVIDIA GPU. If it fails in the middle the CPU finishes the picture and
 *   adain_engine_notice() says so; if it cannot be used at all, adain_engine_new() does the same.
 */
typedef enum
{
  ADAIN_DEVICE_AUTO,
  ADAIN_DEVICE_CPU,
  ADAIN_DEVICE_CUDA,
} AdainDevice;

/**
 * AdainRange: which numbers stand for black to white in an ONNX model, in its input and output alike
 * @ADAIN_RANGE_AUTO: what its metadata call "value_range", by the names of adain_range_name(); if they say nothing,
 *   what it makes of a test picture of 0 to 1 decides: if that goes beyond 2 it is 0 to 255, if it goes below
 *   -0.25 it is -1 to 1, else 0 to 1
 * @ADAIN_RANGE_UNIT: 0 to 1
 * @ADAIN_RANGE_BYTE: 0 to 255
 * @ADAIN_RANGE_SIGNED: -1 to 1
 * @ADAIN_RANGE_IMAGENET: 0 to 1, less the means and divided by the deviations of ImageNet's pictures
 */
typedef enum
{
  ADAIN_RANGE_AUTO,
  ADAIN_RANGE_UNIT,
  ADAIN_RANGE_BYTE,
  ADAIN_RANGE_SIGNED,
  ADAIN_RANGE_IMAGENET,
} AdainRange;

/* "auto", "unit", "byte", "signed", "imagenet" */
const char *adain_range_name (AdainRange range);

/**
 * AdainEngineOptions: zero in any field means the default
 * @memory: bytes the engine may use for one picture beside the weights (default: a quarter of the
 *   memory, a container's limit being respected). Less memory costs time, not quality.
 * @threads: threads on the CPU (default: one for each core that a container leaves)
 * @module_dir: where the run-time modules (adain-cuda) lie
 * @tile: side of the tiles in pixels, for tests (default: the back end's choice)
 * @kernels: name of the kernel set, for tests and benchmarks; on the CPU "c", "vector", "onednn",
 *   "onednn-bf16", "avx2", "avx2-int16", "avx-vnni-int16", "avx512", "avx512-int16", "avx512-bf16", "amx-bf16"
 *   (default: the fastest that the device has). Where the CPU stands in for another device, a name that it does
 *   not know means the default.
 * @texture: whether renderings will ask for texture: a device that cannot paint it is not chosen then, and
 *   contents are encoded for it at once. Without, the first that asks has its content encoded again.
 * @regions: whether there will be regions: a device that cannot paint them is not chosen then. Without, such a
 *   device gives up at the first.
 * @refine: whether renderings will ask for refinement, or styles will be learned: styles are encoded for it then,
 *   which takes twice as long. Without, no rendering with these styles can be refined, and none of them learned.
 * @range: of an ONNX model
 */
typedef struct
{
  gsize       memory;
  int         threads;
  const char *module_dir;
  int         tile;
  const char *kernels;
  gboolean    texture;
  gboolean    regions;
  gboolean    refine;
  AdainRange  range;
} AdainEngineOptions;

AdainEngine *adain_engine_new (AdainModel *model, AdainDevice device, const AdainEngineOptions *options,
                               GError **error);
void         adain_engine_free (AdainEngine *engine);

/**
 * adain_engine_set_brushwork:
 * @brushwork: 0, as they are, to 1
 *
 * How much is added to contents, from now on, where they are even: noise that strokes can follow (noise.h). One that
 * has been encoded with another amount is encoded again by its next rendering. ONNX models have none.
 */
gboolean adain_engine_set_brushwork (AdainEngine *engine, double brushwork, GError **error);

/* One line for people: which device and kernels are in use, such as "CPU, 2 threads, avx512-bf16". */
const char *adain_engine_describe (AdainEngine *engine);

/* One line on why a device was not used or was given up, or NULL. Owned by the engine, and stays
 * valid until the engine is freed. */
const char *adain_engine_notice (AdainEngine *engine);

/* Style ------------------------------------------------------------------------------------- */

/**
 * AdainPalette: the weighted mean and covariance of a picture's R'G'B'.
 */
typedef struct
{
  double mean[3];
  double covariance[3][3];
} AdainPalette;

/* rgb' = matrix * rgb + offset */
typedef struct
{
  double matrix[3][3];
  double offset[3];
} AdainColorMap;

/* The linear map that gives a picture of palette `from` the mean and covariance of `to`. Of the many
 * such maps it is the one that changes colors least: the Monge-Kantorovich map (Pitié and Kokaram,
 * "The linear Monge-Kantorovitch linear color mapping", 2007). A palette that is
 * not finite moves nothing. */
void adain_color_map_init (AdainColorMap *map, const AdainPalette *from, const AdainPalette *to);

/* In place; the results are clipped to [0, 1]. */
void adain_color_map_apply (const AdainColorMap *map, float *rgba, gsize n);

/* Adds `share` of another map to that of `to`, which is multiplied by 1 - `share`. */
void adain_color_map_mix (AdainColorMap *to, const AdainColorMap *map, double share);

/* The map that changes nothing. */
#define ADAIN_COLOR_MAP_IDENTITY ((AdainColorMap) { .matrix = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } })

typedef struct _AdainStyle AdainStyle;

/* The shorter side, in pixels, at which styles are seen. How large they are seen hardly changes how wide
 * the strokes become, which is up to the network, but weakens them: what does is the size at which it sees
 * the content. */
#define ADAIN_STYLE_SIDE 512

/**
 * adain_style_encode:
 * @side: what the shorter side of the style is scaled to, in pixels: #ADAIN_STYLE_SIDE, or 0 to take the
 *   style as large as it is. The longer one is limited to 8192 px.
 * @palette: (nullable): a palette the style's colors are moved to first, by the linear map that
 *   matches mean and covariance (Gatys et al., "Preserving color in neural artistic style
 *   transfer", 2016): the picture's own colors are then kept
 *
 * Computes the mean, deviation and covariance of the style's features. The source is not used
 * after the call. A style belongs to its engine's model, not to a device: any engine with the same
 * #AdainModel takes it, and none with another.
 */
AdainStyle *adain_style_encode (AdainEngine *engine, const AdainSource *source, int side,
                                const AdainPalette *palette, GCancellable *cancellable, GError **error);
void        adain_style_free (AdainStyle *style);

/* Gallery ----------------------------------------------------------------------------------- */

/* Styles kept as their statistics, without their pictures, and what they have learned. They belong to the
 * encoder that they were made with; with another decoder they count as having learned nothing. */
typedef struct _AdainGallery AdainGallery;

/**
 * AdainGalleryEntry:
 * @name: what it is called in arguments, such as "hokusai--the-great-wave-off-kanagawa"; unique
 * @artist, @title, @year: what it is called on screen; "" if not known
 */
typedef struct
{
  const char *name, *artist, *title, *year;
} AdainGalleryEntry;

/**
 * adain_gallery_load:
 * @path: a safetensors file as weights/gallery.py and adain_gallery_write() make it
 *
 * Validates the whole file: one that is damaged, is no gallery or was made for another encoder gives
 * ADAIN_ERROR_MODEL with the file's name.
 */
AdainGallery *adain_gallery_load (const char *path, AdainModel *model, GError **error);

/* Without any style yet. */
AdainGallery *adain_gallery_new (AdainModel *model);
void          adain_gallery_free (AdainGallery *gallery);

int                      adain_gallery_size (const AdainGallery *gallery);
const AdainGalleryEntry *adain_gallery_entry (const AdainGallery *gallery, int index);

/* The index of a name, or -1. */
int adain_gallery_find (const AdainGallery *gallery, const char *name);

/* The palette of the picture that the style was made from. */
void adain_gallery_palette (const AdainGallery *gallery, int index, AdainPalette *palette);

/* The style, whose covariance is made anew from what the gallery keeps of it. */
AdainStyle *adain_gallery_style (const AdainGallery *gallery, int index, GError **error);

/**
 * adain_gallery_add:
 * @style: of the gallery's model, encoded with its covariance
 * @palette: of the picture it was encoded from
 *
 * Copies the statistics of a style, as far as a gallery keeps them, and what it has learned. If the style was encoded
 * for refinement, results can be refined to what the gallery has of it, too.
 */
gboolean adain_gallery_add (AdainGallery *gallery, const AdainGalleryEntry *names, const AdainStyle *style,
                            const AdainPalette *palette, GError **error);

void adain_gallery_remove (AdainGallery *gallery, int index);

/* Adds copies of the styles of @other, a gallery of the same model, after its own; those whose names it has
 * already are left out. */
gboolean adain_gallery_append (AdainGallery *gallery, const AdainGallery *other, GError **error);

/* Writes a file, or replaces it in one step. One without styles cannot be loaded. */
gboolean adain_gallery_write (const AdainGallery *gallery, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdainGallery, adain_gallery_free)

/* Learning ---------------------------------------------------------------------------------- */

/**
 * AdainLearnOptions:
 * @steps: how many steps to take, 1 to #ADAIN_LEARN_MAX; 100 are plenty
 * @texture: the texture of the renderings that follow, as in #AdainRenderOptions
 * @enough: (nullable): cancelling it ends the learning after the step that is under way; the call succeeds with
 *   what has been learned so far
 */
typedef struct
{
  int           steps;
  double        texture;
  GCancellable *enough;
} AdainLearnOptions;

/* The most steps to learn a style in: far beyond where anything changes. */
#define ADAIN_LEARN_MAX 1000

/* The most pictures to learn from. */
#define ADAIN_LEARN_CONTENTS 16

/**
 * adain_engine_learn:
 * @contents, @n_contents: photographs, 1 to #ADAIN_LEARN_CONTENTS: of the kind that will be painted; not used after
 *   the call
 * @style: encoded by an engine with `refine`, of this engine's model; not in use elsewhere
 *
 * Adapts the decoder to one style: what it makes of the photographs' features, once these have taken on the style,
 * comes nearer to the style at four sizes (Johnson, Alahi and Fei-Fei, "Perceptual losses for real-time style
 * transfer and super-resolution", ECCV 2016), beginning with what it knows of all styles (Zhang et al., "MetaStyle:
 * three-way trade-off among speed, flexibility, and quality in neural style transfer", AAAI 2019). What it changes
 * is of low rank (E. Hu et al., "LoRA: low-rank adaptation of large language models", ICLR 2022) and belongs to
 * @style, of which it replaces what that has learned before: other photographs are then painted so, too; in a blend
 * with other styles it counts as much as the style does; and a gallery keeps it. Computed in float on the CPU
 * whatever the device; takes some 200 MB of the engine's memory.
 */
gboolean adain_engine_learn (AdainEngine *engine, const AdainSource *contents, int n_contents,
                             AdainStyle *style, const AdainLearnOptions *options, AdainProgress progress,
                             gpointer progress_data, GCancellable *cancellable, GError **error);

/* From now on @style has learned what @other, of the same model, has: the same picture with other colors. */
void adain_style_learn_from (AdainStyle *style, const AdainStyle *other);

/* Content ----------------------------------------------------------------------------------- */

typedef struct _AdainContent AdainContent;

/**
 * adain_content_encode:
 * @work_size: longest side, in pixels, at which the network sees the picture; 0 means its full size.
 *   Strokes are a certain number of pixels wide there, so that this decides how wide they become on the
 *   picture. One larger than the picture enlarges it, as far as half of the memory and 16384 px allow. An ONNX model
 *   that takes pictures of one size alone sees the picture at that.
 *   The result always has the full size: fine detail can be carried over from the picture.
 *
 * Encodes the picture once for any number of renderings. Keeps reading from @source until freed,
 * and must be freed before the engine.
 */
AdainContent *adain_content_encode (AdainEngine *engine, const AdainSource *source, int work_size,
                                    AdainProgress progress, gpointer progress_data, GCancellable *cancellable,
                                    GError **error);
void          adain_content_free (AdainContent *content);

/* The palette of the visible pixels. It can be had before encoding, with adain_source_palette(). */
void     adain_content_palette (const AdainContent *content, AdainPalette *palette);
gboolean adain_source_palette (const AdainSource *source, AdainPalette *palette, GCancellable *cancellable,
                               GError **error);

typedef struct _AdainScene AdainScene;

/**
 * adain_scene_new:
 *
 * What several pictures have in common, such as the frames of an animation: the statistics of all of them
 * together. Contents that share a scene's are painted alike, so that nothing flickers from one to the next.
 */
AdainScene *adain_scene_new (void);
void        adain_scene_free (AdainScene *scene);

/* Adds the statistics of a content, whose own they are still; it may be freed afterwards. */
gboolean adain_scene_add (AdainScene *scene, const AdainContent *content, GError **error);

/* The palette of all pictures of a scene. */
void adain_scene_palette (const AdainScene *scene, AdainPalette *palette);

/* From now on @content is painted with the statistics of @scene, which has to outlive it and to which nothing is
 * added any more. It must be one of those that were added, or one of the same picture and engine. */
gboolean adain_content_share (AdainContent *content, const AdainScene *scene, GError **error);

/**
 * AdainColor:
 * @ADAIN_COLOR_STYLE: the colors are the style's
 * @ADAIN_COLOR_LIGHTNESS: keep the picture's chroma, take only the lightness of the result
 * @ADAIN_COLOR_PALETTE: the colors are moved to the picture's palette; those of an ONNX model's result by the
 *   rendering, those of styles by adain_style_encode(), to which a rendering adds nothing
 */
typedef enum
{
  ADAIN_COLOR_STYLE,
  ADAIN_COLOR_LIGHTNESS,
  ADAIN_COLOR_PALETTE,
} AdainColor;

typedef struct
{
  /* 0 (the untouched picture, exactly) to 1 (the style); with an ONNX model the opacity of its result over the
   * picture. */
  double     strength;
  AdainColor color;
  /* 0: each channel of the features takes on the styles' deviation, as the paper has it. 1: all channels
   * together take on their covariance, by the optimal transport map (Lu et al., "A closed-form solution to
   * universal style transfer", ICCV 2019), and with it more of the styles' strokes and colors. In between
   * the two are mixed. */
  double texture;
  /* How much of the picture's fine detail, which it lacks where the network sees it smaller, is laid over the
   * result: from 0 to 1. Otherwise unused. */
  double detail;
  /* Between 0 and 1, what the network loses of the picture is added back in proportion
   * (1 - strength), so that 0 is reached without a jump. TRUE leaves this out: the paper's own form,
   * also at 0. */
  gboolean plain;
  /* Steps of refinement, 0 (none) to ADAIN_REFINE_MAX: the network's result is changed, pixel by pixel, until its
   * features have the styles' means and deviations at four sizes instead of one, while they stay near the
   * picture's (Gatys et al., "Image style transfer using convolutional neural networks", CVPR 2016). A lower
   * `strength` asks for less of it. Computed in float on the CPU whatever the device; one step takes a few times
   * as long as encoding. Of the engine's memory it takes some 60 bytes for each pixel of the working size, and
   * 400 for each of those of a few bands of rows. */
  int refine;
  /* (nullable): cancelling it ends the refinement after the step that is under way; the picture is then finished
   * as it is, and the call succeeds. */
  GCancellable *enough;
  /* Steps after which, again and again, the sink gets the whole picture as it is so far, before the step is
   * reported; 0: it gets nothing but the result. */
  int interim;
} AdainRenderOptions;

/* The most steps of refinement: far beyond where anything changes. */
#define ADAIN_REFINE_MAX 1000

/* Styles whose preparation is kept. */
#define ADAIN_PREPARED_MAX 8

/**
 * adain_content_prepare:
 * @styles, @n_styles: at most ADAIN_PREPARED_MAX, encoded with the model of @content
 *
 * Computes what renderings with texture need of each of these styles, several at a time, which else each rendering
 * does for its own, one style on one thread. Changes no result.
 */
gboolean adain_content_prepare (AdainContent *content, AdainStyle *const *styles, int n_styles,
                                GCancellable *cancellable, GError **error);

/**
 * adain_content_render:
 * @styles, @n_styles: at least one style; with an ONNX model none
 * @weights: (nullable): one weight for each style, finite, not negative, not all zero;
 *   NULL means equal weights. They are normalized to the sum 1.
 *
 * Blends the styles, decodes and writes the result, of the source's size, to @sink. Calls on
 * contents of one engine must not overlap.
 */
gboolean adain_content_render (AdainContent *content, AdainStyle *const *styles, const double *weights,
                               int n_styles, const AdainRenderOptions *options, const AdainSink *sink,
                               AdainProgress progress, gpointer progress_data, GCancellable *cancellable,
                               GError **error);

G_END_DECLS
