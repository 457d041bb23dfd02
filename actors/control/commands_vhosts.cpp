#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_input.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/metadata_rows.hpp"
#include "core/access/access.hpp"
#include "supervision/supervisor.hpp"

namespace warren::actors {

namespace json = boost::json;

namespace {

std::string missing_vhost(const std::string& name) { return "Virtual host '" + name + "' does not exist"; }

auto refused_as_missing(command_actor& call, const std::string& name) {
  return [&call, name](const error& e) {
    if (e.code == reply_code::not_found)
      return call.fail(exit_code::data_error, missing_vhost(name), control_error::layout::bare);
    call.fail(exit_code::unavailable, e.text);
  };
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::string word = text.substr(at, end - at);
    while (!word.empty() && word.front() == ' ') word.erase(0, 1);
    while (!word.empty() && word.back() == ' ') word.pop_back();
    if (!word.empty()) out.push_back(std::move(word));
    at = end + 1;
  }
  return out;
}

void add_vhost(command_actor& call) {
  const std::string& name = call.argument(0);
  const std::string type = call.request().option("default-queue-type");
  if (!type.empty() && type != "quorum" && type != "classic" && type != "stream")
    return call.fail(exit_code::usage, "Default queue type must be one of: quorum, classic, stream. Got: " + type,
                     control_error::layout::validation);
  if (call.state()->find_vhost(name)) return call.finish();  // stays as it is
  call.apply_and_finish(put_vhost{name, call.request().option("description"),
                                  comma_separated(call.request().option("tags")), type, false});
}

void delete_vhost_command(command_actor& call) {
  call.apply_and_finish(delete_vhost{call.argument(0)}, refused_as_missing(call, call.argument(0)));
}

void set_tags_of_vhost(command_actor& call) {
  const vhost_ptr vhost = call.state()->find_vhost(call.argument(0));
  if (!vhost) return call.fail(exit_code::data_error, missing_vhost(call.argument(0)), control_error::layout::bare);
  const vhost_record& r = *vhost->record;
  call.apply_and_finish(put_vhost{r.name, r.description, call.arguments_from(1), r.default_queue_type, r.tracing});
}

json::object cluster_state(command_actor& call, const std::string& vhost) {
  json::object state;
  for (const member_facts& m : call.node().members()) {
    if (!m.running) continue;
    const bool up = m.node != call.node_name() || call.services().queue_supervisors.find(vhost);
    state[m.node] = up ? "running" : "stopped";
  }
  return state;
}

void list_vhosts(command_actor& call) {
  const auto chosen = choose_columns<vhost_item>(call.request().arguments, vhost_columns(), {"name"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  const auto& wanted = std::get<columns<vhost_item>>(chosen);
  const auto state = call.state();
  json::array rows;
  for (const vhost_ptr* v :
       sorted_entries(state->vhosts, [](const vhost_ptr& x) -> const std::string& { return x->name(); })) {
    const json::object up = cluster_state(call, (*v)->name());
    rows.push_back(make_row(wanted, vhost_item{(*v)->record.get(), &up}));
  }
  call.finish(std::move(rows));
}

void set_limits_of_vhost(command_actor& call) {
  const vhost_ptr vhost = call.find_vhost();
  if (!vhost) return;
  const auto table = read_json_table(call.argument(0), "limits");
  if (!table) return call.fail(exit_code::unavailable, table.failure().text);
  const auto limits = parse_vhost_limits(*table);
  if (!limits) return call.fail(exit_code::unavailable, limits.failure().text);
  call.apply_and_finish(set_vhost_limits{call.vhost(), *limits}, refused_as_missing(call, call.vhost()));
}

void clear_limits_of_vhost(command_actor& call) {
  if (call.find_vhost())
    call.apply_and_finish(set_vhost_limits{call.vhost(), {}}, refused_as_missing(call, call.vhost()));
}

void list_limits_of_vhost(command_actor& call) {
  if (call.request().flag("global")) {
    const auto state = call.state();
    json::array rows;
    for (const vhost_ptr* v :
         sorted_entries(state->vhosts, [](const vhost_ptr& x) -> const std::string& { return x->name(); }))
      if (const std::string text = limits_text((*v)->record->limits); !text.empty())
        rows.push_back(json::object{{"vhost", json_text((*v)->name())}, {"limits", json_text(text)}});
    return call.finish(std::move(rows));
  }
  if (const vhost_ptr vhost = call.find_vhost())
    call.finish(
        json::object{{"node", call.node_name()}, {"result", "ok"}, {"value", limits_text(vhost->record->limits)}});
}

template <bool On>
void trace(command_actor& call) {
  if (!call.find_vhost()) return;
  call.apply(
      set_vhost_tracing{call.vhost(), On},
      [&call](const metadata_answer&) {
        call.finish(json_text((On ? "Trace enabled for vhost " : "Trace disabled for vhost ") + call.vhost()));
      },
      refused_as_missing(call, call.vhost()));
}

void restart_vhost(command_actor& call) {
  if (!call.find_vhost()) return;
  const std::string where = "'" + call.vhost() + "' on node '" + call.node_name() + "'";
  if (call.services().queue_supervisors.find(call.vhost()))
    return call.finish(json_text("Vhost " + where.substr(0, where.find(" on")) + " is already running" +
                                 where.substr(where.find(" on"))));
  call.request_of(call.services().vhost_supervisor.get(), call.patience(),
                  supervision::start_dynamic{call.vhost(), std::make_shared<std::string>(call.vhost())})
      .then(
          [&call, where](const supervision::child_ref& child) {
            call.services().vhost_children.put(call.vhost(), child.key);
            call.finish(json_text("Successfully restarted vhost " + where));
          },
          [&call, where](const caf::error& failed) {
            call.fail(exit_code::unavailable,
                      "Failed to start vhost " + where + "Reason: " + call.system().render(failed));
          });
}

constexpr command_entry vhost_table[] = {
    {"add_vhost", add_vhost},
    {"delete_vhost", delete_vhost_command},
    {"set_vhost_tags", set_tags_of_vhost},
    {"list_vhosts", list_vhosts},
    {"set_vhost_limits", set_limits_of_vhost},
    {"clear_vhost_limits", clear_limits_of_vhost},
    {"list_vhost_limits", list_limits_of_vhost},
    {"trace_on", trace<true>},
    {"trace_off", trace<false>},
    {"restart_vhost", restart_vhost},
};

}  // namespace

std::span<const command_entry> vhost_commands() { return vhost_table; }

}  // namespace warren::actors
