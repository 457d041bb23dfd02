#include "node/ctl/model/tool.hpp"

namespace warren::ctl {
namespace {

struct named_tool {
  tool what;
  std::string_view ours, rabbits;
};

constexpr named_tool names[] = {
    {tool::ctl, "warrenctl", "rabbitmqctl"},
    {tool::diagnostics, "warren-diagnostics", "rabbitmq-diagnostics"},
    {tool::queues, "warren-queues", "rabbitmq-queues"},
    {tool::plugins, "warren-plugins", "rabbitmq-plugins"},
    {tool::upgrade, "warren-upgrade", "rabbitmq-upgrade"},
};

}  // namespace

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash != path.npos) path.remove_prefix(slash + 1);
  if (constexpr std::string_view ending = ".escript"; path.ends_with(ending)) path.remove_suffix(ending.size());
  return path;
}

std::optional<tool> tool_of(std::string_view program) {
  const std::string_view name = base_name(program);
  for (const named_tool& t : names)
    if (name == t.ours || name == t.rabbits) return t.what;
  return std::nullopt;
}

std::string_view ctl_beside(std::string_view program) {
  return base_name(program).starts_with("rabbitmq") ? names[0].rabbits : names[0].ours;
}

std::string_view own_name(tool t) {
  for (const named_tool& n : names)
    if (n.what == t) return n.ours;
  return names[0].ours;
}

}  // namespace warren::ctl
