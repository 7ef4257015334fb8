using System;
using System.CommandLine;
using RedGen.Cli.Output;

namespace RedGen.Cli.Verification;

/// <summary>A model that a property is about.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Name">The network of the property that it is; empty: the next one that is declared.</param>
internal sealed record PropertyModel(string Path, string Name)
{
    /// <summary>The option that gives models their names in a property.</summary>
    public static Option<string[]> Option()
        => new("--network") { Description = "The model of a network that the property declares: f=a.onnx. Default: the models in order.", HelpName = "f=a.onnx", AllowMultipleArgumentsPerToken = false };

    /// <summary>Reads a value of <see cref="Option"/>.</summary>
    /// <exception cref="ToolException">It has another form.</exception>
    public static PropertyModel Named(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && equals < text.Length - 1 ? new PropertyModel(text[(equals + 1)..], text[..equals]) : throw new ToolException("--network takes f=a.onnx, not '" + text + "'");
    }
}
