"""Arguments that are not given: never set, reset, empty, or taken from the last run.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os

import numpy as np

from harness import (CALLING_ERROR, PROCEDURE, SUCCESS, Gimp, call, case, cases, new_image, paint,
                     pixels, refuse, reset, run, style_file)

SETTINGS = os.path.join(Gimp.directory(), "plug-in-settings")
LAST = os.path.join(SETTINGS, f"GimpProcedureConfigRun-{PROCEDURE}.last")


def painted(**arguments):
    image, layer = new_image(60, 40)
    return pixels(paint(image, [layer], **arguments)[0])


@cases(1, 2)
def test_weights(count):
    """Weights never set, empty, and all the same do the same; number of styles:"""
    styles = [style_file(f"{i}.png", i) for i in range(count)]
    wanted = painted(styles=styles, weights=[1.0] * count)
    assert np.array_equal(painted(styles=styles), wanted)
    assert np.array_equal(painted(styles=styles, weights=[]), wanted)


@case
def test_reset():
    """A configuration that was reset, where arguments have no value at all."""
    image, layer = new_image(60, 40)
    procedure = Gimp.get_pdb().lookup_procedure(PROCEDURE)
    config = procedure.create_config()
    reset(config)
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", [layer])
    assert procedure.run(config).index(0) == CALLING_ERROR
    assert "style" in Gimp.get_pdb().get_last_error()
    config.set_property("styles", [style_file()])
    assert procedure.run(config).index(0) == SUCCESS


@case
def test_no_last():
    """A repetition of a run that never was."""
    image, layer = new_image(60, 40)
    refuse(image, [layer], ["style"], run_mode=Gimp.RunMode.WITH_LAST_VALS)


@cases("", "(weights 0)", "(weights 1 1)", "(weights 2 1 1)")
def test_last(weights):
    """A repetition of a run with"""
    os.makedirs(SETTINGS, exist_ok=True)
    with open(LAST, "w", encoding="utf-8") as file:
        file.write(f'(styles 1 "{style_file()}")\n{weights}\n(stroke-size 0.25)\n')
    image, layer = new_image(60, 40)
    status, layers, message = call(image, [layer], run_mode=Gimp.RunMode.WITH_LAST_VALS)
    os.remove(LAST)
    if weights == "(weights 2 1 1)":
        assert status == CALLING_ERROR and "weights" in message, message
    else:
        assert status == SUCCESS, message
        assert np.array_equal(pixels(layers[0]), painted(styles=[style_file()], stroke_size=0.25))


@case
def test_last_style_layer():
    """A repetition after the style layer has gone."""
    os.makedirs(SETTINGS, exist_ok=True)
    with open(LAST, "w", encoding="utf-8") as file:
        file.write("(style-layer 12345)\n")
    image, layer = new_image(60, 40)
    refuse(image, [layer], ["style"], run_mode=Gimp.RunMode.WITH_LAST_VALS)
    os.remove(LAST)


run()
