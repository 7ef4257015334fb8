using System.CommandLine;

namespace RedGen.Cli.Commands;

/// <summary>Options that all verbs have.</summary>
internal static class CommonArguments
{
    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Write one JSON object to standard output and nothing else." };
}
