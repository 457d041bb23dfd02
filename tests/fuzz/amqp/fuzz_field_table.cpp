// Field tables: whatever decodes is written back so that it decodes to the same, and the walk that skips values accepts
// exactly what the decoder accepts.
#include <cstdint>
#include <cstdlib>

#include "core/message/field_table.hpp"
#include "core/message/field_walk.hpp"
#include "core/message/properties.hpp"

using namespace warren;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view in(reinterpret_cast<const char*>(data), size);
  const auto table = decode_table(in);
  require(table.ok() == valid_table(in));
  (void)find_header(in, "k");  // must also hold out against damaged tables
  if (!table) return 0;
  std::string once, twice;
  encode_table(*table, once);
  const bytes_view content = bytes_view(once).substr(4);
  require(content.size() == in.size());  // byte for byte, but for booleans other than 0 and 1 and signalling NaNs
  const auto back = decode_table(content);
  require(back.ok() && back->size() == table->size());
  encode_table(*back, twice);
  require(once == twice);
  for (const auto& [name, value] : table->fields) require(find_header(in, name).has_value());
  return 0;
}
