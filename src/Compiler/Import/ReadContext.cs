using System.Globalization;
using System.Threading;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Compiler.Import;

/// <summary>What all readers of one file share: where problems go, and how much a small file may grow.</summary>
internal sealed class ReadContext
{
    /// <summary>After so many problems the rest of the file is not worth reading.</summary>
    private const int MaxProblems = 100;

    private int _problems;
    private long _expansion;

    public ReadContext(ModelSource source, DiagnosticBag diagnostics, CancellationToken cancellation)
    {
        Diagnostics = diagnostics;
        Cancellation = cancellation;
        ExternalData = new ExternalData(source);
        _expansion = (16L << 20) + (4L * source.Bytes.Length);
    }

    public DiagnosticBag Diagnostics { get; }

    public CancellationToken Cancellation { get; }

    public ExternalData ExternalData { get; }

    /// <summary>Numbers the names made up in this file; one count for all, so that no file can make the search for a free name slow.</summary>
    public int NextSuffix { get; set; } = 1;

    /// <summary>Whether a problem was found that leaves the graph incomplete.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Adds a problem that leaves the graph incomplete: the file is read on, but the model is not handed out.</summary>
    public void Break(Diagnostic diagnostic)
    {
        IsBroken = true;
        Report(diagnostic);
    }

    /// <summary>Adds a problem that leaves the graph usable, for the later stages to find theirs.</summary>
    public void Report(Diagnostic diagnostic)
    {
        if (_problems++ >= MaxProblems) throw new ModelException(diagnostic);
        Diagnostics.Add(diagnostic);
    }

    /// <summary>Takes bytes that are not in the file (zeros of sparse tensors) from the file's budget.</summary>
    public void Expand(string what, long bytes)
    {
        if (bytes > _expansion)
            throw new ModelException(DiagnosticCatalog.TooLarge.With(what, "it would grow to " + Text(bytes) + " bytes, too much for a file of this size"));
        _expansion -= bytes;
    }

    /// <summary>A name as messages show it: hostile names would make messages of megabytes.</summary>
    public static string Shorten(string name) => name.Length <= 200 ? name : name.Substring(0, 200) + "…";

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static ModelException Malformed(string what, string problem) => new(DiagnosticCatalog.Malformed.With(what + " " + problem));
}
