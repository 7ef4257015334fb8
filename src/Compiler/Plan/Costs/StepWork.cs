namespace RedGen.Compiler.Plan.Costs;

/// <summary>What a kernel's time depends on.</summary>
/// <param name="MultiplyAdds">Multiply-adds as the kernel computes them, those of empty lanes included; of poolings, the elements under their windows.</param>
/// <param name="Bytes">Bytes of values and weights that are read, and of values that are written.</param>
public sealed record StepWork(long MultiplyAdds, long Bytes)
{
    /// <summary>Bytes of weights up to which a second cache holds them beside everything else.</summary>
    private const long NearBytes = 256 << 10;

    /// <summary>Bytes beyond which they come from memory, each at the price of several from the last cache.</summary>
    private const long CachedBytes = 8 << 20;

    private const int MemoryFactor = 6;

    /// <summary>Elements that are transformed before or behind the products, once for each axis; of sums as defined, their outputs, empty lanes included.</summary>
    public long Transformed { get; init; }

    /// <summary>Bytes of weights beyond the second cache; those that only memory has room for count several times.</summary>
    public long FarBytes { get; init; }

    /// <summary>The work of a step.</summary>
    public static StepWork Of(ExecutionPlan plan, Step step)
    {
        if (step.KernelWork is { } work) return work;
        long bytes = 0, weights = 0;
        foreach (string value in step.Inputs)
            if (value.Length > 0) bytes += plan.Buffers[value].Bytes;
        foreach (string value in step.Outputs)
            if (value.Length > 0) bytes += plan.Buffers[value].Bytes;
        foreach (Weight weight in step.Weights) weights += weight.RunBytes;
        return new StepWork(step.MultiplyAdds, bytes + weights) { FarBytes = Far(weights) };
    }

    /// <summary>What so many bytes of weights count as far ones.</summary>
    public static long Far(long weights) => weights < NearBytes ? 0 : weights < CachedBytes ? weights : weights * MemoryFactor;
}
