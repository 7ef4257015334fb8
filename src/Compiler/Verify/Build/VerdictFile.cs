using System;
using System.Collections.Immutable;
using System.Linq;
using Google.Protobuf;
using RedGen.Compiler.Verify.Build.Proto;

namespace RedGen.Compiler.Verify.Build;

/// <summary>The text of a verdict file: what is known of a model's properties, and of which network that was found out.</summary>
/// <param name="Network">The <see cref="NetworkDigest"/> of the network.</param>
/// <param name="Properties">The verdicts.</param>
public sealed record VerdictFile(string Network, ImmutableArray<PropertyVerdict> Properties)
{
    /// <summary>A longer file is none: a counterexample has as many numbers as the model has inputs and outputs.</summary>
    public const int LongestText = 100_000_000;

    private const int Format = 1;

    /// <summary>Writes the file as JSON, lines ended by a line feed.</summary>
    public string Write()
    {
        var message = new VerdictFileProto { Format = Format, Network = Network };
        message.Properties.AddRange(Properties.Select(static p => new VerdictProto
        {
            Name = p.Name,
            Sha256 = p.Sha256,
            Result = p.Result.ToString(),
            Nodes = p.Nodes,
            Line = p.Line,
            Column = p.Column,
            Reason = p.Reason,
            Input = { p.Input },
            Output = { p.Output },
            Test = p.Test,
            Detail = p.Detail,
        }));
        return new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation("  ")).Format(message).Replace("\r\n", "\n") + "\n";
    }

    /// <summary>Reads a file.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="problem">Why it cannot be used; empty where it can.</param>
    /// <returns>The file, or null.</returns>
    public static VerdictFile? Read(string text, out string problem)
    {
        try
        {
            VerdictFileProto message = new JsonParser(JsonParser.Settings.Default).Parse<VerdictFileProto>(text);
            problem = message.Format == Format ? "" : "its format is not this version's";
            return problem.Length > 0 ? null : new VerdictFile(message.Network, [.. message.Properties.Select(Verdict)]);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException or FormatException or ArgumentException or OverflowException)
        {
            problem = "it is not the JSON of verdicts: " + exception.Message;
            return null;
        }
    }

    private static PropertyVerdict Verdict(VerdictProto message) => new(message.Name, message.Sha256, Result(message.Result))
    {
        Nodes = message.Nodes,
        Line = Math.Max(1, message.Line),
        Column = Math.Max(1, message.Column),
        Reason = message.Reason,
        Input = [.. message.Input],
        Output = [.. message.Output],
        Test = message.Test,
        Detail = message.Detail,
    };

    private static PropertyResult Result(string text) => text switch
    {
        nameof(PropertyResult.Holds) => PropertyResult.Holds,
        nameof(PropertyResult.Violated) => PropertyResult.Violated,
        nameof(PropertyResult.Unknown) => PropertyResult.Unknown,
        nameof(PropertyResult.Error) => PropertyResult.Error,
        _ => throw new FormatException("'" + text + "' is no verdict"),
    };
}
