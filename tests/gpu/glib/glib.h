/* The few things of GLib that the back ends and their tests use, for machines without GLib's headers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

typedef int          gboolean, gint;
typedef char         gchar;
typedef unsigned int guint;
typedef uint8_t      guint8;
typedef uint16_t     guint16;
typedef int32_t      gint32;
typedef uint32_t     guint32;
typedef int64_t      gint64;
typedef uint64_t     guint64;
typedef size_t       gsize;
typedef ssize_t      gssize;
typedef double       gdouble;
typedef void        *gpointer;
typedef const void  *gconstpointer;
typedef guint32      GQuark;

#ifndef TRUE
#  define TRUE  1
#  define FALSE 0
#endif
#define MIN(a, b)      ((a) < (b) ? (a) : (b))
#define MAX(a, b)      ((a) > (b) ? (a) : (b))
#define CLAMP(x, a, b) ((x) > (b) ? (b) : (x) < (a) ? (a) : (x))
#define ABS(x)         ((x) < 0 ? -(x) : (x))
#define G_BEGIN_DECLS
#define G_END_DECLS
#define G_N_ELEMENTS(a) (sizeof (a) / sizeof (a)[0])
#define G_GNUC_UNUSED   __attribute__ ((unused))
#define G_LIKELY(x)     (x)
#define G_UNLIKELY(x)   (x)
#define G_DEFINE_AUTOPTR_CLEANUP_FUNC(type, function)
#define G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(type, function)
#define GPOINTER_TO_INT(p) ((int) (intptr_t) (p))
#define GINT_TO_POINTER(i) ((gpointer) (intptr_t) (i))

/* Memory */
#define g_free              free
#define g_malloc(n)         g_checked (malloc ((n) ? (n) : 1))
#define g_try_malloc(n)     malloc (n)
#define g_try_malloc0(n)    calloc (1, n)
#define g_new(type, n)      ((type *) g_malloc (sizeof (type) * (n)))
#define g_new0(type, n)     ((type *) g_checked (calloc ((n) ? (n) : 1, sizeof (type))))
#define g_renew(type, p, n) ((type *) g_checked (realloc (p, sizeof (type) * (n))))
#define g_try_new(type, n)  ((type *) malloc (sizeof (type) * (n)))
#define g_try_new0(type, n) ((type *) calloc (n, sizeof (type)))
#define g_clear_pointer(p, f)         \
  do                                  \
    {                                 \
      __typeof__ (*(p)) g_old = *(p); \
      *(p) = NULL;                    \
      if (g_old)                      \
        (f) (g_old);                  \
    }                                 \
  while (0)
#define g_steal_pointer(p)          \
  ({                                \
    __typeof__ (*(p)) g_old = *(p); \
    *(p) = NULL;                    \
    g_old;                          \
  })
#define g_autofree __attribute__ ((cleanup (g_autofree_cleanup)))

static inline void *
g_checked (void *p)
{
  if (!p)
    abort ();
  return p;
}

G_GNUC_UNUSED static inline void
g_autofree_cleanup (void *p)
{
  free (*(void **) p);
}

static inline void *
g_memdup2 (const void *from, gsize n)
{
  return memcpy (g_malloc (n), from, n);
}

/* Strings */
static inline char *
g_strdup (const char *s)
{
  return s ? (char *) g_checked (strdup (s)) : NULL;
}

static inline char *
g_strdup_vprintf (const char *format, va_list args)
{
  char *s = NULL;

  if (vasprintf (&s, format, args) < 0)
    abort ();
  return s;
}

__attribute__ ((format (printf, 1, 2))) static inline char *
g_strdup_printf (const char *format, ...)
{
  va_list args;
  char   *s;

  va_start (args, format);
  s = g_strdup_vprintf (format, args);
  va_end (args);
  return s;
}

static inline int
g_strcmp0 (const char *a, const char *b)
{
  return a && b ? strcmp (a, b) : (a != NULL) - (b != NULL);
}

#define g_str_has_suffix(s, end) \
  (strlen (s) >= strlen (end) && !strcmp ((s) + strlen (s) - strlen (end), end))

/* Errors; a quark is its string's hash. */
typedef struct
{
  GQuark domain;
  int    code;
  char  *message;
} GError;

static inline GQuark
g_quark_from_static_string (const char *s)
{
  GQuark hash = 2166136261u;

  for (; *s; s++)
    hash = (hash ^ (guint8) *s) * 16777619u;
  return hash;
}

#define G_DEFINE_QUARK(string, name)             \
  GQuark name##_quark (void)                     \
  {                                              \
    return g_quark_from_static_string (#string); \
  }

static inline void
g_set_error_literal (GError **error, GQuark domain, int code, const char *message)
{
  if (!error)
    return;
  *error = g_new0 (GError, 1);
  (*error)->domain = domain;
  (*error)->code = code;
  (*error)->message = g_strdup (message);
}

__attribute__ ((format (printf, 4, 5))) static inline void
g_set_error (GError **error, GQuark domain, int code, const char *format, ...)
{
  va_list args;
  char   *message;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, domain, code, message);
  free (message);
}

static inline void
g_error_free (GError *error)
{
  free (error->message);
  free (error);
}

#define g_clear_error(e) g_clear_pointer (e, g_error_free)

static inline void
g_propagate_error (GError **to, GError *error)
{
  if (to)
    *to = error;
  else if (error)
    g_error_free (error);
}

static inline gboolean
g_error_matches (const GError *error, GQuark domain, int code)
{
  return error && error->domain == domain && error->code == code;
}

/* Threads */
#define g_atomic_int_get(p)    __atomic_load_n (p, __ATOMIC_SEQ_CST)
#define g_atomic_int_set(p, v) __atomic_store_n (p, v, __ATOMIC_SEQ_CST)

typedef struct
{
  gboolean done;
  gpointer value;
} GOnce;

#define G_ONCE_INIT { FALSE, NULL }

static inline gpointer
g_once (GOnce *once, gpointer (*function) (gpointer), gpointer data)
{
  if (!once->done)
    once->value = function (data);
  once->done = TRUE;
  return once->value;
}

/* Random numbers */
typedef struct
{
  guint64 state;
} GRand;

static inline GRand *
g_rand_new_with_seed (guint32 seed)
{
  GRand *random = g_new (GRand, 1);

  random->state = seed * 0x9e3779b97f4a7c15u + 1;
  return random;
}

#define g_rand_free free

static inline double
g_rand_double_range (GRand *random, double low, double high)
{
  random->state = random->state * 6364136223846793005u + 1442695040888963407u;
  return low + (high - low) * (double) (random->state >> 11) * 0x1p-53;
}

/* Tests: they run as they are added. */
typedef void (*GTestDataFunc) (gconstpointer data);

#define g_error(...)                            (fprintf (stderr, __VA_ARGS__), fprintf (stderr, "\n"), abort ())
#define g_test_init(c, v, end)                  ((void) (c), (void) (v))
#define g_test_add_func(name, f)                ((f) (), printf ("ok %s\n", name))
#define g_test_add_data_func(name, data, f)     ((f) (data), printf ("ok %s\n", name))
#define g_test_run()                            0
#define g_assert_true(x)                        ((x) ? (void) 0 : g_error ("%s:%d: %s is false", __FILE__, __LINE__, #x))
#define g_assert_cmpint(a, op, b)               g_assert_true ((a) op (b))
#define g_assert_cmpuint(a, op, b)              g_assert_true ((a) op (b))
#define g_assert_cmpfloat_with_epsilon(a, b, e) g_assert_true (fabs ((double) (a) - (double) (b)) <= (e))
