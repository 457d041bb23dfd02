// EPMD's protocol, both directions: requests of whoever connects to our port mapper, answers of whatever serves the
// port. The first octet says what it is. What decodes decodes to the same again after encoding.
#include <cstdint>
#include <cstdlib>

#include "distribution/wire/epmd_codec.hpp"

using namespace warren;
using namespace warren::distribution;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bytes_view raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      if (const auto r = epmd::decode_request(raw))
        require(epmd::decode_request(bytes_view(epmd::encode(*r)).substr(2)) == r);
      break;
    case 1:
      if (const auto r = epmd::decode_alive2_resp(raw)) require(epmd::encode(*r) == raw);
      break;
    case 2:
      if (const auto r = epmd::decode_port2_resp(raw); r && r->result == 0)
        require(epmd::decode_port2_resp(epmd::encode_port2_resp(&r->node))->node == r->node);
      break;
    default:
      if (const auto all = epmd::decode_names_resp(raw))
        require(*epmd::decode_names_resp(epmd::encode_names_resp(1, *all)) == *all);
  }
  return 0;
}
