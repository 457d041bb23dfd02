// What a stranger says first at a node's front door: no crash, nothing read outside its bytes, the short looks agree
// with the whole decoder, and what decodes is encoded to the same bytes.
#include <cstdint>
#include <cstdlib>

#include "distribution/wire/hello.hpp"

using namespace warren;
using namespace warren::distribution;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view raw(reinterpret_cast<const char*>(data), size);
  std::uint16_t version = 0;
  const auto prefix = check_hello_prefix(raw.substr(0, hello_prefix_bytes), version);
  const auto decoded = decode_hello(raw);
  for (std::size_t n = 0; n < raw.size() && n < hello_prefix_bytes; ++n)
    require(may_be_hello(raw.substr(0, n)) || !std::holds_alternative<std::size_t>(prefix));
  if (const auto* fault = std::get_if<hello_fault>(&prefix)) {
    require(std::get<hello_fault>(decoded) == *fault);
    return 0;
  }
  require(std::get<std::size_t>(prefix) <= max_hello_bytes);
  if (const auto* h = std::get_if<hello>(&decoded)) require(encode(*h) == raw);
  return 0;
}
