#include "node/ctl/run/banner.hpp"

namespace warren::ctl {
namespace {

std::string value_of(std::string_view name, const invocation& i) {
  if (name == "node") return i.node;
  if (name == "vhost") return i.vhost;
  if (name == "ctl") return std::string(ctl_beside(i.program));
  if (name == "timeout") return std::to_string(i.timeout().value_or(std::chrono::milliseconds(0)).count() / 1000);
  if (name.starts_with("--")) return std::string(i.option(name.substr(2)));
  const auto n = static_cast<std::size_t>(name[0] - '0');
  if (!name.ends_with("..")) return std::string(i.argument(n));
  std::string out;
  for (std::size_t a = n; a <= i.arguments.size(); ++a) out += (a == n ? "" : ", ") + i.arguments[a - 1];
  return out;
}

bool is_placeholder(std::string_view name) {
  if (name == "node" || name == "vhost" || name == "ctl" || name == "timeout" || name.starts_with("--")) return true;
  return !name.empty() && name[0] >= '1' && name[0] <= '9' && (name.size() == 1 || name.substr(1) == "..");
}

}  // namespace

std::string fill(std::string_view text, const invocation& i) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto end = text[at] == '{' ? text.find('}', at) : text.npos;
    if (end != text.npos && is_placeholder(text.substr(at + 1, end - at - 1))) {
      out += value_of(text.substr(at + 1, end - at - 1), i);
      at = end;
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string banner_of(const invocation& i) {
  if (i.command->make_banner != nullptr) return i.command->make_banner(i);
  return fill(i.command->banner, i);
}

}  // namespace warren::ctl
