#include "actors/definitions/import_definitions.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <set>

#include "actors/auth/base64.hpp"
#include "actors/definitions/json_fields.hpp"
#include "actors/definitions/json_reader.hpp"
#include "core/access/access.hpp"

namespace warren::actors {
namespace {

namespace json = boost::json;

/// Exchange types of RabbitMQ's plugins that stand in real exports and that Warren does not have yet.
constexpr std::array<std::string_view, 3> missing_exchange_types = {"x-federation-upstream", "x-jms-topic", "x-event"};

std::string line_and_column(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  return "line " + std::to_string(line) + ", column " +
         std::to_string(before.size() - (start == before.npos ? 0 : start + 1) + 1);
}

result<json::object> parse_object(std::string_view text) {
  json::stream_parser parser;
  boost::system::error_code wrong;
  std::size_t at = parser.write_some(text.data(), text.size(), wrong);
  if (!wrong && text.find_first_not_of(" \t\r\n", at) != std::string_view::npos)
    return fail(reply_code::precondition_failed, "not JSON: something follows the end at " + line_and_column(text, at));
  if (!wrong) parser.finish(wrong);
  if (wrong)
    return fail(reply_code::precondition_failed, "not JSON: " + wrong.message() + " at " + line_and_column(text, at));
  auto value = parser.release();
  if (!value.is_object()) return fail(reply_code::precondition_failed, "expected a JSON object");
  return std::move(value.get_object());
}

class importer {
 public:
  importer(const json::object& file, const import_context& context) : file_(file), context_(context) {}

  result<import_plan> run() {
    version_ = top_text("rabbit_version", top_text("rabbitmq_version", ""));
    if (!whole_broker() && (file_.contains("users") || file_.contains("vhosts") || file_.contains("permissions")))
      return fail(reply_code::precondition_failed,
                  "these are the definitions of a whole broker, not of one virtual host");
    if (whole_broker()) {
      each("users", [this](auto& r, auto& where) { user(r, where); });
      each("vhosts", [this](auto& r, auto& where) { vhost(r, where); });
      each("permissions", [this](auto& r, auto& where) { permission(r, where); });
      each("topic_permissions", [this](auto& r, auto& where) { topic_permission(r, where); });
    }
    each("exchanges", [this](auto& r, auto& where) { exchange(r, where); });
    if (whole_broker()) each("global_parameters", [this](auto& r, auto& where) { global_parameter(r, where); });
    each("policies", [this](auto& r, auto& where) { policy(r, where); });
    each("parameters", [this](auto& r, auto& where) { parameter(r, where); });
    each("queues", [this](auto& r, auto& where) { queue(r, where); });
    each("bindings", [this](auto& r, auto& where) { binding(r, where); });
    if (mistake_) return *mistake_;
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool whole_broker() const { return context_.vhost.empty(); }

  [[nodiscard]] std::string top_text(std::string_view name, std::string when_absent) const {
    const auto* v = file_.if_contains(name);
    const auto* s = v ? v->if_string() : nullptr;
    return s ? std::string(*s) : std::move(when_absent);
  }

  template <class F>
  void each(const char* section, F&& read) {
    const auto* list = file_.if_contains(section);
    if (!list || mistake_) return;
    if (!list->is_array()) {
      mistake_ = fail(reply_code::precondition_failed, std::string(section) + ": expected a list");
      return;
    }
    std::size_t index = 0;
    for (const auto& item : list->get_array()) {
      const std::string path = std::string(section) + "[" + std::to_string(index++) + "]";
      if (!item.is_object()) {
        mistake_ = fail(reply_code::precondition_failed, path + ": expected an object, found " + json::serialize(item));
        return;
      }
      json_reader reader(item.get_object(), path, mistake_);
      read(reader, path);
      if (mistake_) return;
    }
  }

  void add(command c, const std::string& path, const std::string& name, const std::string& vhost = "") {
    plan_.steps.push_back(
        {std::move(c), path + " '" + name + "'" + (vhost.empty() ? "" : " in vhost '" + vhost + "'")});
  }
  void leave_out(const std::string& path, const std::string& name, const std::string& vhost, const std::string& why) {
    plan_.left_out.push_back(path + " '" + name + "' in vhost '" + vhost + "' is left out: " + why);
  }

  std::string vhost_of(json_reader& r) { return whole_broker() ? r.text("vhost") : context_.vhost; }
  [[nodiscard]] vhost_ptr existing(const std::string& vhost) const {
    return context_.state ? context_.state->find_vhost(vhost) : nullptr;
  }

  void user(json_reader& r, const std::string& path) {
    put_user u;
    u.name = r.text("name");
    u.tags = r.words("tags");
    if (r.has("password")) {
      u.hashing_algorithm = hashing_module(context_.hashing);
      const std::string password = r.text("password");
      if (const auto why = refuse_credentials(context_.credentials, password)) r.refuse("password", *why);
      u.password_hash = hash_password(context_.hashing, password);
    } else {
      u.hashing_algorithm = r.text("hashing_algorithm", algorithm_of_version());
      if (!parse_hashing_module(u.hashing_algorithm)) r.refuse("hashing_algorithm", "unknown: " + u.hashing_algorithm);
      const auto hash = from_base64(r.text("password_hash"));
      if (!hash) r.refuse("password_hash", "is not base64");
      u.password_hash = hash.value_or("");
    }
    const auto limits = parse_user_limits(r.table("limits"));
    if (!limits) r.refuse("limits", limits.failure().text);
    const bool limited = r.has("limits");
    const auto name = u.name;
    add(std::move(u), path, name);
    if (limited && limits) add(set_user_limits{name, *limits}, path, name);
  }

  /// Exports did not name the algorithm before 3.6.0.
  [[nodiscard]] std::string algorithm_of_version() const {
    const bool old = version_.starts_with("1.") || version_.starts_with("2.") ||
                     (version_.starts_with("3.") && version_.size() > 3 && version_[2] < '6' && version_[3] == '.');
    return std::string(hashing_module(old ? password_hashing::md5 : password_hashing::sha256));
  }

  void vhost(json_reader& r, const std::string& path) {
    put_vhost v;
    v.name = r.text("name");
    v.tracing = r.flag("tracing", false);
    const auto metadata = r.table("metadata");
    bool described = v.tracing;
    if (const auto* text = metadata.find("description"); text && text->string())
      v.description = *text->string(), described = true;
    if (const auto* type = metadata.find("default_queue_type"); type && type->string())
      v.default_queue_type = *type->string();
    if (const auto* tags = metadata.find("tags"); tags && tags->array()) {
      for (const auto& tag : *tags->array())
        if (tag.string()) v.tags.push_back(*tag.string()), described = true;
    }
    if (v.default_queue_type == "undefined") v.default_queue_type.clear();
    if (existing(v.name) && !described) return;
    const auto name = v.name;
    add(std::move(v), path, name);
  }

  void permission(json_reader& r, const std::string& path) {
    set_permission p{r.text("user"), r.text("vhost"), r.text("configure"), r.text("write"), r.text("read")};
    const auto user = p.user, vhost = p.vhost;
    add(std::move(p), path, user, vhost);
  }

  void topic_permission(json_reader& r, const std::string& path) {
    set_topic_permission p{r.text("user"), r.text("vhost"), r.text("exchange"), r.text("write"), r.text("read")};
    const auto user = p.user, vhost = p.vhost;
    add(std::move(p), path, user, vhost);
  }

  void exchange(json_reader& r, const std::string& path) {
    declare_exchange x;
    x.vhost = vhost_of(r);
    x.name = r.text("name");
    x.type = r.text("type");
    x.durable = r.flag("durable", true);
    x.auto_delete = r.flag("auto_delete", false);
    x.internal = r.flag("internal", false);
    x.arguments = r.table("arguments");
    x.system = true;
    if (std::find(missing_exchange_types.begin(), missing_exchange_types.end(), x.type) !=
        missing_exchange_types.end()) {
      leave_out(path, x.name, x.vhost, "Warren has no exchanges of type " + x.type + " yet");
      missing_exchanges_.insert({x.vhost, x.name});
      return;
    }
    if (const auto v = existing(x.vhost); v && v->find_exchange(x.name)) return;
    if (!seen_exchanges_.insert({x.vhost, x.name}).second) return;
    const auto name = x.name, vhost = x.vhost;
    add(std::move(x), path, name, vhost);
  }

  void global_parameter(json_reader& r, const std::string& path) {
    set_global_parameter p{r.text("name"), r.json("value")};
    const auto name = p.name;
    add(std::move(p), path, name);
  }

  void policy(json_reader& r, const std::string& path) {
    add_policy(r, path, policy_kind::user, vhost_of(r), r.text("name"));
  }

  void add_policy(json_reader& r, const std::string& path, policy_kind kind, const std::string& vhost,
                  const std::string& name) {
    set_policy p;
    p.vhost = vhost;
    p.kind = kind;
    p.name = name;
    p.pattern = r.text("pattern");
    p.apply_to = r.text("apply-to", "all");
    p.priority = r.whole("priority", 0);
    if (!r.has("definition")) r.refuse("definition", "is missing");
    p.definition = r.table("definition");
    add(std::move(p), path, name, vhost);
  }

  void parameter(json_reader& r, const std::string& path) {
    const auto vhost = vhost_of(r);
    const auto component = r.text("component"), name = r.text("name"), value = r.json("value");
    if (component != "operator_policy" && component != "vhost-limits")
      return add(set_parameter{vhost, component, name, value}, path, name, vhost);
    const auto parsed = value.empty() ? json::value() : json::parse(value);  // was JSON a moment ago
    if (!parsed.is_object()) return r.refuse("value", "expected an object, found " + value);
    json_reader inside(parsed.get_object(), path + ".value", mistake_);
    if (component == "operator_policy") return add_policy(inside, path, policy_kind::operator_, vhost, name);
    const auto table = r.table("value");
    const auto limits = parse_vhost_limits(table);
    if (!limits) return r.refuse("value", limits.failure().text);
    add(set_vhost_limits{vhost, *limits}, path, name, vhost);
  }

  void queue(json_reader& r, const std::string& path) {
    declare_queue q;
    q.vhost = vhost_of(r);
    q.name = r.text("name");
    q.durable = r.flag("durable", true);
    q.auto_delete = r.flag("auto_delete", false);
    q.arguments = r.table("arguments");
    q.node = context_.node;
    q.server_named = true;  // amq.gen-… of another broker
    const auto* asked = q.arguments.find("x-queue-type");
    const std::string type = asked && asked->string() ? *asked->string() : r.text("type", "classic");
    if (type == "quorum" || type == "stream") {
      leave_out(path, q.name, q.vhost, "Warren has no queues of type " + type + " yet");
      missing_queues_.insert({q.vhost, q.name});
      return;
    }
    if (const auto v = existing(q.vhost); v && v->find_queue(q.name)) return;
    if (!seen_queues_.insert({q.vhost, q.name}).second) return;
    const auto name = q.name, vhost = q.vhost;
    add(std::move(q), path, name, vhost);
  }

  void binding(json_reader& r, const std::string& path) {
    bind b;
    b.vhost = vhost_of(r);
    b.binding.source = r.text("source");
    b.binding.destination = r.text("destination");
    const auto type = r.text("destination_type");
    if (type != "queue" && type != "exchange")
      r.refuse("destination_type", "expected queue or exchange, found " + type);
    b.binding.kind = type == "exchange" ? destination_kind::exchange : destination_kind::queue;
    b.binding.routing_key = r.text("routing_key", "");
    b.binding.arguments = r.table("arguments");
    const auto& missing = b.binding.kind == destination_kind::queue ? missing_queues_ : missing_exchanges_;
    const bool left_out =
        missing.contains({b.vhost, b.binding.destination}) || missing_exchanges_.contains({b.vhost, b.binding.source});
    const auto name = b.binding.source + " -> " + b.binding.destination, vhost = b.vhost;
    if (left_out) return leave_out(path, name, vhost, "one of its ends is");
    add(std::move(b), path, name, vhost);
  }

  using object_name = std::pair<std::string, std::string>;  // vhost, name
  const json::object& file_;
  const import_context& context_;
  std::string version_;
  std::optional<error> mistake_;
  import_plan plan_;
  std::set<object_name> missing_queues_, missing_exchanges_, seen_queues_, seen_exchanges_;
};

}  // namespace

result<import_plan> plan_import(std::string_view text, const import_context& context) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto file = parse_object(text);
  if (!file) return file.failure();
  return importer(*file, context).run();
}

}  // namespace warren::actors
