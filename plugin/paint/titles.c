/* The titles of the styles that come with the plug-in, in the user's language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "plugin/paint/titles.h"

#include <glib/gi18n-lib.h>

/* Translators: titles of paintings and prints, by the names that are usual in your language; their painters stand
 * above them. The gallery's file has them in English, and tests/po/titles compares. */
static const char *const titles[] = {
  /* Aivazovsky */
  N_ ("The Ninth Wave"),
  /* Arcimboldo */
  N_ ("Vertumnus"),
  /* Boccioni */
  N_ ("The City Rises"),
  /* Böcklin */
  N_ ("Isle of the Dead"),
  /* Bosch */
  N_ ("The Garden of Earthly Delights"),
  /* Bruegel */
  N_ ("The Hunters in the Snow"),
  N_ ("The Tower of Babel"),
  /* Caillebotte */
  N_ ("Paris Street; Rainy Day"),
  /* Cézanne */
  N_ ("Mont Sainte-Victoire"),
  N_ ("The Basket of Apples"),
  /* Degas */
  N_ ("Blue Dancers"),
  N_ ("The Ballet Class"),
  /* Delaunay */
  N_ ("Champs de Mars the Red Tower"),
  /* Dürer */
  N_ ("Young Hare"),
  /* El Greco */
  N_ ("View of Toledo"),
  /* Friedrich */
  N_ ("Wanderer above the Sea of Fog"),
  /* Gauguin */
  N_ ("Ia Orana Maria"),
  N_ ("Night Café at Arles"),
  N_ ("Tahitian Women on the Beach"),
  N_ ("The Yellow Christ"),
  N_ ("Vision after the Sermon"),
  /* Goya */
  N_ ("The Third of May 1808"),
  /* Hiroshige */
  N_ ("Evening Snow at Kanbara"),
  N_ ("Naruto Whirlpools"),
  N_ ("Plum Park in Kameido"),
  N_ ("Sudden Shower over Shin Ohashi"),
  /* Hokusai */
  N_ ("Fine Wind Clear Morning"),
  N_ ("Kirifuri Waterfall"),
  N_ ("The Great Wave off Kanagawa"),
  /* Homer */
  N_ ("Breezing Up"),
  /* Huang Gongwang */
  N_ ("Dwelling in the Fuchun Mountains"),
  /* Jakuchū */
  N_ ("Nandina and Rooster"),
  /* Kandinsky */
  N_ ("Composition VI"),
  N_ ("Composition VIII"),
  N_ ("Improvisation 30 (Cannons)"),
  N_ ("Landscape"),
  /* Kirchner */
  N_ ("Street Berlin"),
  /* Klee */
  N_ ("Red Balloon"),
  N_ ("Senecio"),
  N_ ("Tale à la Hoffmann"),
  N_ ("The Goldfish"),
  /* Klimt */
  N_ ("Avenue in the Park of Schloss Kammer"),
  N_ ("Death and Life"),
  N_ ("Portrait of Adele Bloch Bauer I"),
  N_ ("The Kiss"),
  /* Marc */
  N_ ("The Large Blue Horses"),
  N_ ("The Little Blue Horse"),
  /* Marquet */
  N_ ("The Beach at Fécamp"),
  /* Modigliani */
  N_ ("Jeanne Hébuterne"),
  /* Mondrian */
  N_ ("Composition II in Red Blue and Yellow"),
  /* Monet */
  N_ ("Impression Sunrise"),
  N_ ("Stacks of Wheat End of Summer"),
  N_ ("Water Lilies"),
  N_ ("Woman with a Parasol"),
  /* Mucha */
  N_ ("The Dance"),
  /* Munch */
  N_ ("The Dance of Life"),
  N_ ("The Scream"),
  /* Picabia */
  N_ ("Udnie"),
  /* Pissarro */
  N_ ("The Boulevard Montmartre at Night"),
  /* Rembrandt */
  N_ ("The Night Watch"),
  /* Renoir */
  N_ ("Bal Du Moulin de la Galette"),
  /* Roerich */
  N_ ("Remember"),
  /* Rousseau */
  N_ ("The Sleeping Gypsy"),
  /* Sargent */
  N_ ("Carnation Lily Lily Rose"),
  /* Schiele */
  N_ ("Crescent of Houses II"),
  N_ ("Four Trees"),
  N_ ("Self Portrait with Physalis"),
  /* Seurat */
  N_ ("A Sunday on la Grande Jatte"),
  N_ ("Bathers at Asnières"),
  N_ ("The Circus"),
  /* Toulouse-Lautrec */
  N_ ("At the Moulin Rouge"),
  /* Turner */
  N_ ("Rain Steam and Speed"),
  N_ ("The Fighting Temeraire"),
  /* Utamaro */
  N_ ("Three Beauties of the Present Day"),
  /* Van Gogh */
  N_ ("Almond Blossom"),
  N_ ("Café Terrace at Night"),
  N_ ("Irises"),
  N_ ("Sunflowers"),
  N_ ("The Bedroom"),
  N_ ("The Sower"),
  N_ ("The Starry Night"),
  /* Vermeer */
  N_ ("Girl with a Pearl Earring"),
  N_ ("The Milkmaid"),
  /* Vrubel */
  N_ ("The Demon Seated"),
  /* Werefkin */
  N_ ("Autumn School"),
};

const char *
adain_title_translate (const char *title)
{
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (title, titles[i]))
      return _ (titles[i]);
  return title;
}
