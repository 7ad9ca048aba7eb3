# Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tells MLServer how to load and run an ONNX model, with ONNX Runtime. MLServer speaks the Open Inference Protocol."""
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse
from mlserver.utils import get_model_uri


class OnnxModel(MLModel):
    async def load(self):
        self.session = onnxruntime.InferenceSession(await get_model_uri(self.settings), providers=["CPUExecutionProvider"])
        return True

    async def predict(self, payload):
        inputs = {entry.name: NumpyCodec.decode_input(entry) for entry in payload.inputs}
        names = [output.name for output in self.session.get_outputs()]
        results = self.session.run(names, inputs)
        return InferenceResponse(model_name=self.name,
                                 outputs=[NumpyCodec.encode_output(name, array) for name, array in zip(names, results)])
