using System.CommandLine;

namespace RedGen.Cli.Commands;

/// <summary>Arguments and options that several verbs have.</summary>
internal static class CommonArguments
{
    /// <summary>The model's path.</summary>
    public static Argument<string> Model() => new("model") { Description = "The model's file, such as digits.onnx." };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Write one JSON object to standard output and nothing else." };
}
