#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/queue_listing.hpp"
#include "actors/queue/queue_messages.hpp"
#include "core/metadata/checks.hpp"

// What is done to one queue. A queue of another node is dealt with there.

namespace warren::actors {

namespace json = boost::json;

namespace {

/// The queue, when it is of this node; otherwise `missing`, or the command goes to the queue's node.
queue_ptr find_here(command_actor& call, const std::string& name, control_error missing) {
  const vhost_ptr vhost = call.state()->find_vhost(call.vhost());
  const queue_state* found = vhost ? vhost->find_queue(name) : nullptr;
  if (found == nullptr) {
    call.fail(std::move(missing));
    return nullptr;
  }
  queue_ptr queue = found->record;
  if (is_here(call, *queue)) return queue;
  call.ask_node(queue->node, call.request(), [&call](control_outcome outcome) { call.conclude(std::move(outcome)); });
  return nullptr;
}

control_error not_found() { return {exit_code::unavailable, "not_found"}; }

void finish_delete(command_actor& call, const queue_ptr& queue, std::uint64_t messages) {
  call.apply(delete_queue{queue->vhost, queue->name, queue->id}, [&call, messages](const metadata_answer&) {
    call.finish(json::value("Queue was successfully deleted with " + std::to_string(messages) + " ready messages"));
  });
}

void delete_queue_command(command_actor& call) {
  const queue_ptr queue = find_here(call, call.argument(0), {exit_code::usage, "Queue not found"});
  if (!queue) return;
  const bool if_unused = call.request().flag("if-unused"), if_empty = call.request().flag("if-empty");
  const caf::actor actor = call.services().queues.find(queue->id);
  if (!actor) return finish_delete(call, queue, 0);
  call.request_of(actor, call.patience(), queue_check_delete{if_unused, if_empty})
      .then(
          [&call, queue](const delete_answer& checked) {
            if (!checked.failure) return finish_delete(call, queue, checked.messages);
            call.fail(exit_code::usage,
                      *checked.failure == in_use_error(*queue) ? "Queue is in use" : "Queue is not empty");
          },
          [&call, queue](const caf::error&) {
            call.fail(exit_code::unavailable, "queue '" + queue->name + "' did not answer");
          });
}

void purge(command_actor& call) {
  const queue_ptr queue = find_here(call, call.argument(0), not_found());
  if (!queue) return;
  const caf::actor actor = call.services().queues.find(queue->id);
  if (!actor) return call.fail(not_found());
  call.request_of(actor, call.patience(), queue_purge{})
      .then([&call](const purge_answer&) { call.finish(); },
            [&call, queue](const caf::error&) {
              call.fail(exit_code::unavailable, "queue '" + queue->name + "' did not answer");
            });
}

void sync(command_actor& call) {
  if (find_here(call, call.argument(0), not_found())) call.fail(exit_code::unavailable, "not_mirrored");
}

void cancel_sync(command_actor& call) {
  if (find_here(call, call.argument(0), not_found())) call.finish("not_syncing");
}

constexpr command_entry queue_table[] = {
    {"delete_queue", delete_queue_command},
    {"purge_queue", purge},
    {"sync_queue", sync},
    {"cancel_sync_queue", cancel_sync},
};

}  // namespace

std::span<const command_entry> queue_commands() { return queue_table; }

}  // namespace warren::actors
