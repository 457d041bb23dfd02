// Method payloads: what decodes is encoded so that it decodes to the same; the login responses and the expiration text
// are read from the same bytes.
#include <cstdint>
#include <cstdlib>

#include "amqp/expiration.hpp"
#include "amqp/methods/method.hpp"
#include "amqp/sasl.hpp"

using namespace warren;
using namespace warren::amqp;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view in(reinterpret_cast<const char*>(data), size);
  (void)parse_plain(in);
  (void)parse_amqplain(in);
  (void)parse_cr_demo(in);
  const expiration_text expiration = parse_expiration(in);
  require(expiration.problem.empty() || expiration.ms == 0);
  require(expiration.ms <= expiration_text::longest_ms);

  const auto decoded = decode_method(in);
  if (!decoded) {
    require(close_text(decoded.failure().what).size() <= 255);
    return 0;
  }
  std::string once, twice;
  encode_method(decoded.value(), once);
  require(once.size() == in.size());  // differs in unused bits, booleans other than 0 and 1, and signalling NaNs only
  const auto back = decode_method(once);
  require(back.ok());
  require(id_of(back.value()) == id_of(decoded.value()));
  encode_method(back.value(), twice);
  require(once == twice);
  return 0;
}
