namespace RedGen.Compiler.Plan.Costs;

/// <summary>What a kernel takes on a machine: a call, its multiply-adds and its memory, added up.</summary>
/// <param name="Nanoseconds">Of a call.</param>
/// <param name="NanosecondsPerKilomac">Of a thousand multiply-adds.</param>
/// <param name="NanosecondsPerKilobyte">Of 1,024 bytes that are read or written, weights included.</param>
public sealed record KernelCost(double Nanoseconds, double NanosecondsPerKilomac, double NanosecondsPerKilobyte)
{
    /// <summary>The time of so much work, in microseconds.</summary>
    public double Microseconds(StepWork work)
        => (Nanoseconds + (NanosecondsPerKilomac * work.MultiplyAdds / 1000) + (NanosecondsPerKilobyte * work.Bytes / 1024)) / 1000;
}

/// <summary>What a kernel's time depends on.</summary>
/// <param name="MultiplyAdds">Multiply-adds.</param>
/// <param name="Bytes">Bytes of values and weights that are read, and of values that are written.</param>
public sealed record StepWork(long MultiplyAdds, long Bytes)
{
    /// <summary>The work of a step.</summary>
    public static StepWork Of(ExecutionPlan plan, Step step)
    {
        long bytes = 0;
        foreach (string value in step.Inputs)
            if (value.Length > 0) bytes += plan.Buffers[value].Bytes;
        foreach (string value in step.Outputs)
            if (value.Length > 0) bytes += plan.Buffers[value].Bytes;
        foreach (Weight weight in step.Weights) bytes += weight.RunBytes;
        return new StepWork(step.MultiplyAdds, bytes);
    }
}
