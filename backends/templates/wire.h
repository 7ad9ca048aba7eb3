// Messages that carry the tensors of a split network from one part to the next.
//
// A message is a header of 24 bytes and the tensors, one after the other, in
// little endian: magic "EWIR", version (2 bytes), number of the link (2), which
// model and cut it is from (4), bytes after the header (4), sequence number
// (4), CRC-32 of all but itself (4). A float tensor may be in integers without
// sign of 8 or 4 bits: value = (stored - zero) * scale.
#ifndef EDGECC_WIRE_H
#define EDGECC_WIRE_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace edgecc_wire {

inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kHeaderBytes = 24;

enum class Encoding : std::uint8_t { Raw, UInt8, UInt4 };

struct Tensor {
  const char *name;
  const char *type; // as in ONNX: "float", "int64"
  Encoding encoding;
  std::size_t elements;
  std::size_t element_bytes;
  float scale;
  std::int32_t zero;
};

enum class Status {
  Ok,
  WrongSize,
  WrongMagic,
  WrongVersion,
  WrongLink,
  WrongModel,
  WrongChecksum
};

inline const char *describe(Status status) noexcept {
  switch (status) {
  case Status::Ok:
    return "ok";
  case Status::WrongSize:
    return "the message has another size than this cut's messages";
  case Status::WrongMagic:
    return "this is no message of a split network";
  case Status::WrongVersion:
    return "the message has another version";
  case Status::WrongLink:
    return "the message belongs to another link";
  case Status::WrongModel:
    return "the message is from another model or cut";
  case Status::WrongChecksum:
    return "the message is damaged";
  }
  return "";
}

constexpr std::size_t encoded_bytes(const Tensor &tensor) noexcept {
  return tensor.encoding == Encoding::Raw
             ? tensor.elements * tensor.element_bytes
         : tensor.encoding == Encoding::UInt8 ? tensor.elements
                                              : (tensor.elements + 1) / 2;
}

template <std::size_t N>
constexpr std::size_t message_bytes(const Tensor (&tensors)[N]) noexcept {
  std::size_t bytes = kHeaderBytes;
  for (std::size_t i = 0; i != N; ++i)
    bytes += encoded_bytes(tensors[i]);
  return bytes;
}

namespace detail {

inline void store(std::uint8_t *to, std::uint32_t value,
                  std::size_t bytes) noexcept {
  for (std::size_t i = 0; i != bytes; ++i)
    to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

inline std::uint32_t load(const std::uint8_t *from,
                          std::size_t bytes) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i != bytes; ++i)
    value |= static_cast<std::uint32_t>(from[i]) << (8 * i);
  return value;
}

inline std::uint32_t crc32(std::uint32_t crc, const std::uint8_t *data,
                           std::size_t bytes) noexcept {
  crc = ~crc;
  for (std::size_t i = 0; i != bytes; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit != 8; ++bit)
      crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

inline std::uint32_t checksum(const std::uint8_t *message,
                              std::size_t bytes) noexcept {
  std::uint32_t crc = crc32(0, message, kHeaderBytes - 4);
  return crc32(crc, message + kHeaderBytes, bytes - kHeaderBytes);
}

inline std::uint8_t quantize(const Tensor &tensor, float value,
                             float most) noexcept {
  float stored =
      std::nearbyint(value / tensor.scale) + static_cast<float>(tensor.zero);
  // Written so that NaN becomes 0.
  stored = stored > 0.0f ? stored : 0.0f;
  return static_cast<std::uint8_t>(stored < most ? stored : most);
}

inline float dequantize(const Tensor &tensor, std::uint8_t stored) noexcept {
  return static_cast<float>(static_cast<std::int32_t>(stored) - tensor.zero) *
         tensor.scale;
}

inline void encode(const Tensor &tensor, const void *from,
                   std::uint8_t *to) noexcept {
  if (tensor.encoding == Encoding::Raw) {
    std::memcpy(to, from, encoded_bytes(tensor));
    return;
  }
  const float *values = static_cast<const float *>(from);
  if (tensor.encoding == Encoding::UInt8) {
    for (std::size_t i = 0; i != tensor.elements; ++i)
      to[i] = quantize(tensor, values[i], 255.0f);
    return;
  }
  std::memset(to, 0, encoded_bytes(tensor));
  for (std::size_t i = 0; i != tensor.elements; ++i)
    to[i / 2] = static_cast<std::uint8_t>(
        to[i / 2] | quantize(tensor, values[i], 15.0f) << (i % 2 * 4));
}

inline void decode(const Tensor &tensor, const std::uint8_t *from,
                   void *to) noexcept {
  if (tensor.encoding == Encoding::Raw) {
    std::memcpy(to, from, encoded_bytes(tensor));
    return;
  }
  float *values = static_cast<float *>(to);
  for (std::size_t i = 0; i != tensor.elements; ++i) {
    std::uint8_t stored =
        tensor.encoding == Encoding::UInt8
            ? from[i]
            : static_cast<std::uint8_t>(from[i / 2] >> (i % 2 * 4) & 15);
    values[i] = dequantize(tensor, stored);
  }
}

} // namespace detail

/// Writes a message of message_bytes(tensors) bytes.
template <std::size_t N>
void pack(const Tensor (&tensors)[N], std::uint32_t model, std::uint16_t link,
          std::uint32_t sequence, const void *const *values,
          std::uint8_t *message) noexcept {
  const std::size_t bytes = message_bytes(tensors);
  std::memcpy(message, "EWIR", 4);
  detail::store(message + 4, kVersion, 2);
  detail::store(message + 6, link, 2);
  detail::store(message + 8, model, 4);
  detail::store(message + 12, static_cast<std::uint32_t>(bytes - kHeaderBytes),
                4);
  detail::store(message + 16, sequence, 4);
  std::uint8_t *to = message + kHeaderBytes;
  for (std::size_t i = 0; i != N; ++i) {
    detail::encode(tensors[i], values[i], to);
    to += encoded_bytes(tensors[i]);
  }
  detail::store(message + 20, detail::checksum(message, bytes), 4);
}

/// Reads a message. Unless it returns Ok, nothing is written.
template <std::size_t N>
Status unpack(const Tensor (&tensors)[N], std::uint32_t model,
              std::uint16_t link, const std::uint8_t *message,
              std::size_t bytes, void *const *values,
              std::uint32_t *sequence = nullptr) noexcept {
  if (bytes < kHeaderBytes)
    return Status::WrongSize;
  if (std::memcmp(message, "EWIR", 4) != 0)
    return Status::WrongMagic;
  if (detail::load(message + 4, 2) != kVersion)
    return Status::WrongVersion;
  if (detail::load(message + 6, 2) != link)
    return Status::WrongLink;
  if (detail::load(message + 8, 4) != model)
    return Status::WrongModel;
  if (bytes != message_bytes(tensors) ||
      detail::load(message + 12, 4) != bytes - kHeaderBytes)
    return Status::WrongSize;
  if (detail::load(message + 20, 4) != detail::checksum(message, bytes))
    return Status::WrongChecksum;
  if (sequence)
    *sequence = detail::load(message + 16, 4);
  const std::uint8_t *from = message + kHeaderBytes;
  for (std::size_t i = 0; i != N; ++i) {
    detail::decode(tensors[i], from, values[i]);
    from += encoded_bytes(tensors[i]);
  }
  return Status::Ok;
}

} // namespace edgecc_wire

#endif // EDGECC_WIRE_H
