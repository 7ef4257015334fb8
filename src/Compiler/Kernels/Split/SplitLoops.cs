using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>How a lowering is written: its tables, its scratch memory, its loops. The loops leave the sums over codebook values in y.</summary>
internal abstract class SplitLoops(SplitLayer layer)
{
    /// <summary>The layer.</summary>
    public SplitLayer Layer { get; } = layer;

    /// <summary>The constants, which loops read as locals of their roles' names.</summary>
    public abstract ImmutableArray<Weight> Constants { get; }

    /// <summary>Floats of scratch memory.</summary>
    public abstract long WorkspaceLength { get; }

    /// <summary>What the reader of the generated code is told.</summary>
    public abstract string Comment { get; }

    /// <summary>Whether outputs are still to be scaled.</summary>
    public virtual bool NeedsScales => true;

    /// <summary>Floats of the padded copy of a sample.</summary>
    protected long PaddedLength => Layer.Plane.IsPadded ? Layer.Geometry.InChannels * Layer.Plane.Length : 0;

    /// <summary>Output pixels of a sample.</summary>
    protected int Pixels => Layer.Geometry.Window.OutLength;

    /// <summary>Floats of one output channel's sums of a sample.</summary>
    protected int SampleLength => Layer.Geometry.OutChannels * Pixels;

    /// <summary>The number of magnitudes.</summary>
    protected int Count => Layer.Magnitudes.Count;

    /// <summary>The loops of a lowering.</summary>
    public static SplitLoops Of(SplitLayer layer, SplitLowering lowering) => lowering switch
    {
        SplitLowering.TapProducts => new TapProductLoops(layer),
        SplitLowering.ChannelProducts => new ChannelProductLoops(layer),
        SplitLowering.OutputSums => new OutputSumLoops(layer),
        _ => new SeparateKernelLoops(layer),
    };

    /// <summary>Writes the loops.</summary>
    public abstract void Emit(SplitText text);

    /// <summary>The indices of the weights in the codebook, outputs × columns.</summary>
    protected Weight Indices => Weight.OfText("Indices", Layer.Matrix.Indices.ToArray());

    /// <summary>By index: 0 for the value 0, m + 1 for magnitude m, −(m + 1) for its negative.</summary>
    protected Weight Maps => new("Maps", ElementType.Int8, System.Runtime.InteropServices.MemoryMarshal.AsBytes(Layer.Magnitudes.Maps).ToArray());

    /// <summary>The magnitudes.</summary>
    protected Weight Values => Weight.Of("Values", [.. Layer.Magnitudes.Values]);

    /// <summary>Which magnitudes each of several sets holds, sets × magnitudes: 0 or 1.</summary>
    protected Weight Uses(IEnumerable<MagnitudeSet> sets)
        => new("Uses", ElementType.UInt8, sets.SelectMany(s => Enumerable.Range(0, Count).Select(m => (byte)(s.Contains(m) ? 1 : 0))).ToArray());

    /// <summary>Writes <c>padded</c> and clears it, where windows leave the input.</summary>
    protected void DeclarePadded(SplitText text)
    {
        if (!Layer.Plane.IsPadded) return;
        text.Writer.Line($"var padded = workspace.Slice(0, {PaddedLength});");
        text.Writer.Line("padded.Clear();");
    }

    /// <summary>Writes the copy of sample n into <c>padded</c>, where windows leave the input.</summary>
    protected void CopyPadded(SplitText text, LoopScope samples)
    {
        if (Layer.Plane.IsPadded) text.CopyPadded(samples);
    }

    /// <summary>The element of <c>indices</c> of a weight; loops g, ic, those of the taps and that of the output within its group may be open.</summary>
    protected string WeightIndex(string output, params LoopScope[] nests)
    {
        (string, int)[] taps = WindowLoops.TapTerms(Layer.Geometry.Window);
        return SplitText.Index(nests,
            ("g", Layer.GroupOutputs * Layer.Matrix.Columns), (output, Layer.Matrix.Columns), ("ic", Layer.Taps), taps[0], taps[1], taps[2]);
    }

    /// <summary>The beginning of an output's sums in y.</summary>
    protected string OutputIndex(params LoopScope[] nests)
        => SplitText.Index(nests, ("n", SampleLength), ("g", Layer.GroupOutputs * Pixels), ("oc", Pixels));
}
