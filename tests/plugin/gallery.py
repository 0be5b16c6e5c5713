"""The files of galleries, as weights/README.md describes them.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import struct

import numpy as np

TYPES = {"F16": np.float16, "F32": np.float32}


class Gallery:
    """Styles (dictionaries of their names) and tensors, which have a row for each."""

    def __init__(self, encoder, styles, tensors, decoder=None):
        self.encoder, self.styles, self.tensors = encoder, styles, tensors
        self.decoder = decoder

    @staticmethod
    def read(path):
        with open(path, "rb") as file:
            length, = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
            data = file.read()
        metadata = header.pop("__metadata__")
        tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(
                entry["shape"])
        return Gallery(metadata["encoder"], json.loads(metadata["styles"]), tensors,
                       metadata.get("decoder"))

    def only(self, name):
        """A gallery of this style alone."""
        index = [style["name"] for style in self.styles].index(name)
        return Gallery(self.encoder, [dict(self.styles[index])],
                       {key: tensor[index:index + 1] for key, tensor in self.tensors.items()},
                       self.decoder)

    def path(self):
        """Where the plug-in keeps the user's own."""
        return os.path.join(os.environ["XDG_DATA_HOME"], "adain-style-transfer",
                            f"gallery-{self.encoder[:12]}.safetensors")

    def write(self, path):
        header = {"__metadata__": {"format": "adain-gallery 1", "encoder": self.encoder,
                                   "styles": json.dumps(self.styles)}}
        if self.decoder:
            header["__metadata__"]["decoder"] = self.decoder
        data = b""
        for name, tensor in self.tensors.items():
            dtype = next(key for key, kind in TYPES.items() if kind == tensor.dtype)
            header[name] = {"dtype": dtype, "shape": tensor.shape,
                            "data_offsets": [len(data), len(data) + tensor.nbytes]}
            data += tensor.tobytes()
        text = json.dumps(header).encode()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)
