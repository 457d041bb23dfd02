#include "amqp/wire_error.hpp"

namespace warren::amqp {

std::string close_text(const error& e) {
  std::string text = reply_text(e);
  if (text.size() > 255) {
    text.resize(252);
    text += "...";
  }
  return text;
}

}  // namespace warren::amqp
