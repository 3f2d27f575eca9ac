"""Durable runs. Values are stored by a typed codec, without pickle.

`encode` and `decode` are a pair: what comes out is what went in, with its types, its aliasing and its cycles. `Known` is what
lets one document refer to the objects of those before it. `register_codec` is for types that nobody knows; everything that a
run holds besides the values of users is in `machine_values`. `documents` says what the bytes are, `decoding` what they can not
do.
"""

from cascade.durable.codecs import Codecs
from cascade.durable.decoding import decode
from cascade.durable.documents import Known
from cascade.durable.encoding import encode
from cascade.durable.standard import CODECS, register_codec

__all__ = ["CODECS", "Codecs", "Known", "decode", "encode", "register_codec"]
