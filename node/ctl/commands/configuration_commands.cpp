#include "node/ctl/commands/checks.hpp"
#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/run/encoding.hpp"

namespace warren::ctl {
namespace {

constexpr option_spec encoding_options[] = {
    {.name = "cipher", .kind = option_kind::text, .value = "<cipher>", .default_value = "aes_128_cbc", .help = "see list_ciphers"},
    {.name = "hash", .kind = option_kind::text, .value = "<hash>", .default_value = "sha256", .help = "see list_hashes"},
    {.name = "iterations",
     .kind = option_kind::integer,
     .value = "<iterations>",
     .default_value = "1",
     .help = "how often the passphrase is hashed"},
};

constexpr command_spec rows[] = {
    {.name = "set_cluster_name",
     .tools = tool::ctl,
     .in = section::configuration,
     .usage = "<name>",
     .description = "Sets the cluster name",
     .args = {1, 1},
     .banner = "Setting cluster name to {1} ..."},
    {.name = "set_log_level",
     .tools = tool::ctl,
     .in = section::configuration,
     .usage = "<log_level>",
     .description = "Sets log level in the running node",
     .args = {1, 1},
     .details = "debug, info, warning, error, critical or none.",
     .make_banner = log_level_banner},
    {.name = "set_disk_free_limit",
     .tools = tool::ctl,
     .in = section::configuration,
     .usage = "<disk_limit> | mem_relative <fraction>",
     .description = "Sets the disk_free_limit setting",
     .args = {1, 2},
     .details = "Until the node restarts. A number of bytes or one with a unit (kB, MB, GB, kiB, MiB, GiB).",
     .check = check_disk_limit,
     .make_banner = disk_limit_banner},
    {.name = "set_vm_memory_high_watermark",
     .tools = tool::ctl,
     .in = section::configuration,
     .usage = "<fraction> | absolute <value>",
     .description = "Sets the vm_memory_high_watermark setting",
     .args = {1, 2},
     .details = "Until the node restarts. A fraction of the memory, or bytes, also with a unit (kB, MB, GB, kiB, MiB, GiB).",
     .check = check_watermark,
     .make_banner = watermark_banner},
    {.name = "encode",
     .tools = tool::ctl,
     .in = section::configuration,
     .usage = "value passphrase [--cipher <cipher>] [--hash <hash>] [--iterations <iterations>]",
     .description = "Encrypts a sensitive configuration value",
     .args = {0, 2},
     .app = app_need::any,
     .banner = "Encrypting value ...",
     .form = shape::text,
     .options = encoding_options,
     .check = check_encoding,
     .run = run_encode},
    {.name = "decode",
     .tools = tool::ctl,
     .in = section::configuration,
     .usage = "value passphrase [--cipher <cipher>] [--hash <hash>] [--iterations <iterations>]",
     .description = "Decrypts an encrypted configuration value",
     .args = {0, 2},
     .app = app_need::any,
     .banner = "Decrypting value...",
     .form = shape::text,
     .options = encoding_options,
     .check = check_encoding,
     .run = run_decode},
    {.name = "list_ciphers",
     .tools = tool::ctl,
     .in = section::monitoring,
     .description = "Lists cipher suites supported by encoding commands",
     .app = app_need::any,
     .banner = "Listing supported ciphers ...",
     .form = shape::erlang,
     .run = run_list_ciphers},
    {.name = "list_hashes",
     .tools = tool::ctl,
     .in = section::monitoring,
     .description = "Lists hash functions supported by encoding commands",
     .app = app_need::any,
     .banner = "Listing supported hash algorithms ...",
     .form = shape::erlang,
     .run = run_list_hashes},
};

}  // namespace

std::span<const command_spec> configuration_commands() { return rows; }

}  // namespace warren::ctl
