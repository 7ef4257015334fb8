namespace RedGen.Compiler.Verify.Bounds;

/// <summary>The multiplier β ≥ 0 of a split in a functional: λ·z ≥ λ·z − β·s·(zᵢ − p) where s·(zᵢ − p) ≥ 0.</summary>
/// <param name="split">The split.</param>
/// <param name="functional">The functional.</param>
internal sealed class Multiplier(NeuronSplit split, int functional)
{
    /// <summary>The split.</summary>
    public NeuronSplit Split => split;

    /// <summary>The functional.</summary>
    public int Functional => functional;

    /// <summary>β.</summary>
    public double Value { get; set; }

    /// <summary>The magnitude of the functional's factors at the split's node, which β's steps are relative to; 0 until it is known.</summary>
    public double Scale { get; set; }

    /// <summary>Adam's mean of the derivatives.</summary>
    public double Mean { get; set; }

    /// <summary>Adam's mean of their squares.</summary>
    public double Square { get; set; }
}
