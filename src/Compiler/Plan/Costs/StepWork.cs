namespace RedGen.Compiler.Plan.Costs;

/// <summary>What a kernel's time depends on.</summary>
/// <param name="MultiplyAdds">Multiply-adds as the kernel computes them, those of empty lanes included; of poolings, the elements under their windows.</param>
/// <param name="Bytes">Bytes of values and weights that are read, and of values that are written.</param>
public sealed record StepWork(long MultiplyAdds, long Bytes)
{
    /// <summary>Bytes of weights up to which a second cache holds them beside everything else.</summary>
    private const long NearBytes = 256 << 10;

    /// <summary>Bytes of a layer's weights, and of a network's, beyond which no cache has them any more when the next run comes to them.</summary>
    private const long LayerBytes = 8 << 20, NetworkBytes = 16 << 20;

    private readonly long? _farBytes;

    /// <summary>Elements that are transformed before or behind the products, once for each axis; of sums as defined, their outputs, empty lanes included.</summary>
    public long Transformed { get; init; }

    /// <summary>Bytes of weights; a part of <see cref="Bytes"/>.</summary>
    public long Weights { get; init; }

    /// <summary>Bytes of weights beyond the second cache: <see cref="Weights"/> that it has no room for, where a kernel does not know better.</summary>
    public long FarBytes
    {
        get => _farBytes ?? (Weights < NearBytes ? 0 : Weights);
        init => _farBytes = value;
    }

    /// <summary>Bytes of weights that come from memory in every run.</summary>
    public long MemoryBytes { get; private init; }

    /// <summary>The work of a step.</summary>
    public static StepWork Of(ExecutionPlan plan, Step step)
    {
        if (step.KernelWork is { } work) return work.Within(plan.Graph.ConstantBytes);
        long bytes = 0, weights = 0;
        foreach (string value in step.Inputs)
            if (value.Length > 0) bytes += plan.Buffers[value].Bytes;
        foreach (string value in step.Outputs)
            if (value.Length > 0) bytes += plan.Buffers[value].Bytes;
        foreach (Weight weight in step.Weights) weights += weight.RunBytes;
        return new StepWork(step.MultiplyAdds, bytes + weights) { Weights = weights }.Within(plan.Graph.ConstantBytes);
    }

    /// <summary>The same work in a network with so many bytes of constants, all of which each run reads.</summary>
    public StepWork Within(long constants) => this with { MemoryBytes = Weights > LayerBytes || constants > NetworkBytes ? Weights : 0 };
}
