"""Model files: our safetensors, PyTorch checkpoints and the public VGG."""

import os
import zipfile
import pickle

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from networks import (COMPACT_MEAN, COMPACT_SCALE, VGG_DECODER, VGG_ENCODER,
                      VGG_MEAN, VGG_SCALE, Decoder, Encoder, Hyper, Model,
                      Ranges, as_table, ends, flat)

FORMAT = "adain-style-transfer 1"
#: Positions of the convolutions in the public nn.Sequential files.
VGG_POSITIONS = (2, 5, 9, 12, 16, 19, 22, 25, 29)
DECODER_POSITIONS = (1, 5, 8, 11, 14, 18, 21, 25, 28)
VGG_FEATURES = VGG_ENCODER[-1][-1]
#: Metadata that say after which convolutions the size changes, and VGG-19's
#: order, which files without them have.
PARTS = {"encoder": ("pool", ends(VGG_ENCODER)),
         "decoder": ("double", ends(VGG_DECODER))}
DEVIATION, RANGE = "content.deviation", "content.range"
HYPER = "hyper."


class UserError(Exception):
    """Something the user can put right; shown without a traceback."""


def load_pickle(path):
    """A PyTorch file of tensors and plain values, or a UserError."""
    if not os.path.isfile(path):
        raise UserError(f"{path}: no such file")
    try:
        value = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, KeyError,
            pickle.UnpicklingError, zipfile.BadZipFile) as error:
        reason = str(error).splitlines()[0] if str(error) else "unreadable"
        raise UserError(f"{path}: not a PyTorch file ({reason})") from error
    if not isinstance(value, dict):
        raise UserError(f"{path}: holds no table of tensors")
    return value


def _sequential(path, positions, inputs, table):
    """(weight, bias) of the convolutions of a public nn.Sequential file."""
    state, layers = load_pickle(path), []
    for position, width in zip(positions, flat(table)):
        pair = []
        for kind, shape in (("weight", (width, inputs, 3, 3)),
                            ("bias", (width,))):
            tensor = state.get(f"{position}.{kind}")
            if not isinstance(tensor, torch.Tensor):
                raise UserError(f"{path}: no tensor {position}.{kind}; "
                                "not the expected layout")
            if tuple(tensor.shape) != shape:
                raise UserError(
                    f"{path}: {position}.{kind} is {tuple(tensor.shape)}, "
                    f"expected {shape}; not the expected layout")
            pair.append(tensor.float())
        layers.append(tuple(pair))
        inputs = width
    return state, layers


def _fill(module, layers):
    with torch.no_grad():
        for i, (weight, bias) in enumerate(layers):
            module[i].weight.copy_(weight)
            module[i].bias.copy_(bias)


def load_vgg(path):
    """The paper's encoder from `vgg_normalised.pth`.

    The file's first layer is a 1x1 convolution that prepares the picture
    (channels reversed, times 255, minus the mean). Reflection padding
    commutes with it, so it is folded into the preparation and the first 3x3
    convolution, exactly and whatever it holds; without it, the usual values
    are taken.
    """
    state, layers = _sequential(path, VGG_POSITIONS, 3, VGG_ENCODER)
    matrix = 255.0 * torch.eye(3).flip(0)
    offset = -torch.tensor(VGG_MEAN[::-1]) * 255
    if "0.weight" in state:
        if (tuple(state["0.weight"].shape) != (3, 3, 1, 1)
                or tuple(state["0.bias"].shape) != (3,)):
            raise UserError(f"{path}: layer 0 is not a 1x1 convolution; "
                            "not the expected layout")
        matrix = state["0.weight"].float()[:, :, 0, 0]
        offset = state["0.bias"].float()
    weight, bias = layers[0]
    shift = matrix @ torch.tensor(VGG_MEAN) + offset
    bias = bias + weight.sum((2, 3)) @ shift
    weight = torch.einsum("oiyx,ij->ojyx", weight, matrix / VGG_SCALE[0])
    layers[0] = (weight, bias)
    encoder = Encoder(VGG_ENCODER, VGG_MEAN, VGG_SCALE)
    _fill(encoder, layers)
    return encoder


def load_original(vgg_path, decoder_path):
    """The paper's model from `vgg_normalised.pth` and `decoder.pth`."""
    model = Model(VGG_ENCODER, VGG_DECODER, VGG_MEAN, VGG_SCALE)
    model.encoder = load_vgg(vgg_path)
    _fill(model.decoder, _sequential(decoder_path, DECODER_POSITIONS,
                                     VGG_FEATURES, VGG_DECODER)[1])
    return model


def _numbers(text, source, key):
    try:
        return tuple(int(x) for x in text.split())
    except ValueError:
        raise UserError(f"{source}: {key!r} holds no numbers") from None


def _tables(state, source, metadata):
    """The tables of both parts, from the shapes and the metadata."""
    tables, inputs = [], 3
    for part, (key, usual) in PARTS.items():
        widths = []
        while f"{part}.{len(widths)}.weight" in state:
            name = f"{part}.{len(widths)}"
            shape = tuple(state[name + ".weight"].shape)
            bias = state.get(name + ".bias")
            if (len(shape) != 4 or shape[1:] != (inputs, 3, 3)
                    or bias is None or tuple(bias.shape) != shape[:1]):
                raise UserError(f"{source}: {name} has shape {shape}, "
                                f"expected (any, {inputs}, 3, 3), and as many "
                                "biases; another architecture")
            inputs = shape[0]
            widths.append(inputs)
        numbers = (_numbers(metadata[key], source, key) if key in metadata
                   else usual)
        try:
            tables.append(as_table(widths, numbers))
        except ValueError as problem:
            raise UserError(f"{source}: {part}: {problem}; another "
                            "architecture") from problem
    if inputs != 3:
        raise UserError(f"{source}: the decoder ends in {inputs} channels, "
                        "not 3; another architecture")
    return tables


def _ranges(state, source, channels):
    """What the file says of photographs' features, taken out of `state`."""
    deviation, extent = state.pop(DEVIATION, None), state.pop(RANGE, None)
    if deviation is None and extent is None:
        return None
    if (deviation is None or tuple(deviation.shape) != (channels,)
            or extent is None or tuple(extent.shape) != (2, channels)):
        raise UserError(f"{source}: {DEVIATION} or {RANGE} is missing or not "
                        f"of {channels} channels")
    return Ranges(deviation.float(), extent.float())


def hyper_from_state(decoder, state, source):
    """The `Hyper` of whatever sizes the tensors `hyper.0.weight`, ... have;
    None if there are none."""
    own = {name.removeprefix(HYPER): tensor for name, tensor in state.items()
           if name.startswith(HYPER)}
    if not own:
        return None
    try:
        hyper = Hyper.shaped(decoder, own)
        hyper.load_state_dict({k: v.float() for k, v in own.items()})
    except (KeyError, IndexError, TypeError, RuntimeError) as problem:
        raise UserError(f"{source}: {HYPER}*: {problem}") from problem
    return hyper


def model_from_state(state, source, metadata, mean=COMPACT_MEAN,
                     scale=COMPACT_SCALE):
    """A model of whatever layers the tensors `encoder.0.weight`, ... and the
    metadata describe."""
    tables = _tables(state, source, metadata)
    model = Model(*tables, mean, scale)
    model.ranges = _ranges(state, source, tables[0][-1][-1])
    model.hyper = hyper_from_state(model.decoder, state, source)
    extra = set(state) - set(model.state_dict())
    if extra:
        raise UserError(f"{source}: unknown tensor {sorted(extra)[0]}; "
                        "another architecture")
    model.load_state_dict({k: v.float() for k, v in state.items()})
    return model


def load_safetensors(path):
    """(model, metadata) of one of our model files."""
    if not os.path.isfile(path):
        raise UserError(f"{path}: no such file")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path}: not a safetensors file ({error})") from error
    if metadata.get("format") != FORMAT:
        raise UserError(f"{path}: the format is "
                        f"{metadata.get('format')!r}, not {FORMAT!r}")
    triples = []
    for key in ("mean", "scale"):
        try:
            triple = tuple(float(x) for x in metadata[key].split())
        except (KeyError, ValueError):
            triple = ()
        if len(triple) != 3:
            raise UserError(f"{path}: {key!r} is not three numbers")
        triples.append(triple)
    return model_from_state(state, path, metadata, *triples), metadata


def save_safetensors(path, model, dtype=torch.float16, **metadata):
    """Write a model file; an existing one is replaced in one step."""
    mean, scale = model.encoder.mean, model.encoder.scale
    metadata = {"format": FORMAT, **metadata}
    for key, value in (("mean", mean), ("scale", scale)):
        metadata[key] = " ".join(repr(x) for x in value.flatten().tolist())
    for (key, usual), table in zip(PARTS.values(), model.tables):
        metadata.pop(key, None)
        if ends(table) != usual:
            metadata[key] = " ".join(map(str, ends(table)))
    state = {name: tensor.detach().to("cpu", dtype).contiguous()
             for name, tensor in model.state_dict().items()}
    if model.ranges:
        state[DEVIATION] = model.ranges.deviation.float().contiguous()
        state[RANGE] = model.ranges.extent.float().contiguous()
    replace(path, lambda name: save_file(state, name, metadata))


def replace(path, write):
    """Call write(temporary name), then move the result to `path`."""
    temporary = f"{path}.{os.getpid()}.part"
    try:
        write(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


def load_decoder(path):
    """The paper's decoder from `decoder.pth`."""
    decoder = Decoder(VGG_FEATURES, VGG_DECODER)
    _fill(decoder, _sequential(path, DECODER_POSITIONS, VGG_FEATURES,
                               VGG_DECODER)[1])
    return decoder
