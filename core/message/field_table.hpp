#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace warren {

struct field_value;
using field_array = std::vector<field_value>;

/// Fields in the order of the wire; a name may stand twice, the first counts (find).
struct field_table {
  std::vector<std::pair<std::string, field_value>> fields;

  // Defaulted below, where field_value is complete: clang looks into the vector as soon as one of these is defined.
  field_table();
  field_table(const field_table&);
  field_table(field_table&&) noexcept;
  field_table& operator=(const field_table&);
  field_table& operator=(field_table&&) noexcept;
  ~field_table();

  [[nodiscard]] const field_value* find(std::string_view name) const;
  void set(std::string_view name, field_value value);  ///< replaces the first of that name, or appends
  void erase(std::string_view name);
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t size() const;
  friend bool operator==(const field_table&, const field_table&);
};

struct decimal_value {
  std::uint8_t scale = 0;
  std::uint32_t value = 0;
  friend bool operator==(const decimal_value&, const decimal_value&) = default;
};

/// A value with its wire letter, so that it is written back as it was read (amqp.md, "Field tables").
/// Integers of every width live in the int64 alternative, timestamps ('T') and 'L' too; 'S' and 'x' in the string.
struct field_value {
  char type = 'V';  ///< one of t b B s u I i l L f d D S x A F T V
  std::variant<std::monostate, bool, std::int64_t, double, decimal_value, std::string, field_array, field_table> value;

  [[nodiscard]] static field_value boolean(bool);
  [[nodiscard]] static field_value long_string(std::string);
  [[nodiscard]] static field_value int32(std::int32_t);
  [[nodiscard]] static field_value int64(std::int64_t);
  [[nodiscard]] static field_value timestamp(std::int64_t seconds);
  [[nodiscard]] static field_value array(field_array);
  [[nodiscard]] static field_value table(field_table);

  [[nodiscard]] const std::int64_t* integer() const;        ///< null unless b B s u I i l L
  [[nodiscard]] const std::string* string() const;          ///< null unless S
  [[nodiscard]] const bool* boolean() const;                ///< null unless t
  [[nodiscard]] const field_array* array() const;
  [[nodiscard]] const field_table* table() const;
  friend bool operator==(const field_value&, const field_value&);
};

inline field_table::field_table() = default;
inline field_table::field_table(const field_table&) = default;
inline field_table::field_table(field_table&&) noexcept = default;
inline field_table& field_table::operator=(const field_table&) = default;
inline field_table& field_table::operator=(field_table&&) noexcept = default;
inline field_table::~field_table() = default;

/// The name of a type as RabbitMQ's errors print it: longstr, signedint, bool, byte, unsignedbyte, short, unsignedshort,
/// unsignedint, long, float, double, decimal, timestamp, binary, table, array, void.
[[nodiscard]] std::string_view field_type_name(char letter);

/// Decodes a table's content (without its 4-byte length). Nesting is limited to 128 levels. Fails with frame_error on
/// truncated or unsupported input; never reads outside `in`.
[[nodiscard]] result<field_table> decode_table(bytes_view in);

/// Appends 4-byte length and content.
void encode_table(const field_table& table, std::string& out);

}  // namespace warren
