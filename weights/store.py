"""Model files: our safetensors, PyTorch checkpoints and the public VGG."""

import os
import zipfile
import pickle

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from networks import (COMPACT_MEAN, COMPACT_SCALE, LAYERS, VGG_DECODER,
                      VGG_ENCODER, VGG_MEAN, VGG_SCALE, Decoder, Encoder,
                      Model)

FORMAT = "adain-style-transfer 1"
#: Positions of the convolutions in the public nn.Sequential files.
VGG_POSITIONS = (2, 5, 9, 12, 16, 19, 22, 25, 29)
DECODER_POSITIONS = (1, 5, 8, 11, 14, 18, 21, 25, 28)


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


def _sequential(path, positions, inputs, widths):
    """(weight, bias) of the convolutions of a public nn.Sequential file."""
    state, layers = load_pickle(path), []
    for position, width in zip(positions, widths):
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
                                     VGG_ENCODER[-1], VGG_DECODER)[1])
    return model


def model_from_state(state, source, mean=COMPACT_MEAN, scale=COMPACT_SCALE):
    """A model of whatever widths the tensors `encoder.0.weight`, ... have."""
    widths, inputs = {}, 3
    for part in ("encoder", "decoder"):
        widths[part] = []
        for i in range(LAYERS):
            weight = state.get(f"{part}.{i}.weight")
            bias = state.get(f"{part}.{i}.bias")
            if weight is None or bias is None:
                raise UserError(f"{source}: layer {part}.{i} is missing; "
                                "another architecture")
            shape = tuple(weight.shape)
            if (len(shape) != 4 or shape[1:] != (inputs, 3, 3)
                    or tuple(bias.shape) != shape[:1]):
                raise UserError(f"{source}: {part}.{i} has shape {shape}, "
                                f"expected (any, {inputs}, 3, 3); "
                                "another architecture")
            inputs = shape[0]
            widths[part].append(inputs)
    if inputs != 3:
        raise UserError(f"{source}: the decoder ends in {inputs} channels, "
                        "not 3; another architecture")
    extra = set(state) - {f"{p}.{i}.{k}" for p in widths
                          for i in range(LAYERS) for k in ("weight", "bias")}
    if extra:
        raise UserError(f"{source}: unknown tensor {sorted(extra)[0]}; "
                        "another architecture")
    model = Model(widths["encoder"], widths["decoder"], mean, scale)
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
    return model_from_state(state, path, *triples), metadata


def save_safetensors(path, model, dtype=torch.float16, **metadata):
    """Write a model file; an existing one is replaced in one step."""
    mean, scale = model.encoder.mean, model.encoder.scale
    metadata = {"format": FORMAT, **metadata}
    for key, value in (("mean", mean), ("scale", scale)):
        metadata[key] = " ".join(repr(x) for x in value.flatten().tolist())
    state = {name: tensor.detach().to("cpu", dtype).contiguous()
             for name, tensor in model.state_dict().items()}
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
    decoder = Decoder(VGG_ENCODER[-1], VGG_DECODER)
    _fill(decoder, _sequential(path, DECODER_POSITIONS, VGG_ENCODER[-1],
                               VGG_DECODER)[1])
    return decoder
