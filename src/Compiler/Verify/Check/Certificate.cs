using System;
using System.Collections.Immutable;
using System.Linq;
using Google.Protobuf;
using RedGen.Compiler.Verify.Check.Proto;

namespace RedGen.Compiler.Verify.Check;

/// <summary>A proof that can be checked without a search.</summary>
/// <param name="Network">The <see cref="Build.NetworkDigest"/> of the network that it is about.</param>
/// <param name="Property">The SHA-256 of the property's file.</param>
/// <param name="Trees">A tree for each case of the property.</param>
public sealed record Certificate(string Network, string Property, ImmutableArray<ProofTree> Trees)
{
    /// <summary>A longer file is none: it would have more leaves than a search visits.</summary>
    public const int LongestText = 400_000_000;

    private const int Format = 1;

    /// <summary>Writes the certificate as JSON, lines ended by a line feed.</summary>
    public string Write()
    {
        var message = new CertificateProto { Format = Format, Network = Network, Property = Property };
        message.Trees.AddRange(Trees.Select(static t => new TreeProto { Inputs = { t.Inputs }, Values = { t.Values } }));
        return new JsonFormatter(JsonFormatter.Settings.Default).Format(message) + "\n";
    }

    /// <summary>Reads a certificate.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="problem">Why it cannot be read; empty where it can.</param>
    /// <returns>The certificate, or null.</returns>
    public static Certificate? Read(string text, out string problem)
    {
        try
        {
            CertificateProto message = new JsonParser(JsonParser.Settings.Default).Parse<CertificateProto>(text);
            problem = message.Format == Format ? "" : "its format is not this version's";
            return problem.Length > 0 ? null : new Certificate(message.Network, message.Property, [.. message.Trees.Select(static t => new ProofTree([.. t.Inputs], [.. t.Values]))]);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException or FormatException or ArgumentException or OverflowException)
        {
            problem = "it is not the JSON of a certificate: " + exception.Message;
            return null;
        }
    }
}
