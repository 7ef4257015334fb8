namespace RedGen.Compiler.Red.Splitting;

/// <summary>The exact ways to compute a layer with hashed weights (redpp.md §3 and §4).</summary>
internal enum SplitLowering
{
    /// <summary>Tap-wise splitting; input-wise for dense layers: what is under a tap meets each magnitude of that column once.</summary>
    TapProducts,

    /// <summary>Channel-wise product maps: an input pixel meets each magnitude of its channel once, whatever the tap.</summary>
    ChannelProducts,

    /// <summary>Output factorisation: an output sums the inputs of equal weights first and multiplies each sum once.</summary>
    OutputSums,

    /// <summary>Uneven depthwise separation: each different kernel of a channel is convolved once, outputs combine the results.</summary>
    SeparateKernels,
}

/// <summary>What one inference of a layer costs under a lowering; the epilogue (bias, residual, activation) is not counted.</summary>
/// <param name="Lowering">The lowering.</param>
/// <param name="Multiplications">Multiplications: all products but those by 1, the scales of the outputs included.</param>
/// <param name="TrueMultiplications">Multiplications where products by powers of two are additions.</param>
/// <param name="Additions">Additions and subtractions.</param>
/// <param name="Moves">Loads and stores of the loops.</param>
internal sealed record LoweringWork(SplitLowering Lowering, long Multiplications, long TrueMultiplications, long Additions, long Moves)
{
    /// <summary>The lowering's name in reports and generated code.</summary>
    public string Name(SplitLayer layer) => Lowering switch
    {
        SplitLowering.TapProducts => layer.IsPointwise ? "input-wise products" : "tap-wise products",
        SplitLowering.ChannelProducts => "channel-wise products",
        SplitLowering.OutputSums => "output sums",
        _ => "separate kernels",
    };
}
