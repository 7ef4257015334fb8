namespace RedGen.Compiler.Plan.Costs;

/// <summary>What a kernel takes on a machine: a call, its multiply-adds, its memory and its transforms, added up.</summary>
/// <param name="Nanoseconds">Of a call.</param>
/// <param name="NanosecondsPerKilomac">Of a thousand multiply-adds.</param>
/// <param name="NanosecondsPerKilobyte">Of 1,024 bytes that are read or written, weights included.</param>
public sealed record KernelCost(double Nanoseconds, double NanosecondsPerKilomac, double NanosecondsPerKilobyte)
{
    /// <summary>Of a thousand elements that are transformed before or behind the products.</summary>
    public double NanosecondsPerKilotransform { get; init; }

    /// <summary>Of 1,024 bytes of weights that the second cache has no room for, beside what every byte takes.</summary>
    public double NanosecondsPerFarKilobyte { get; init; }

    /// <summary>The time of so much work, in microseconds; without that of memory, which is the machine's (<see cref="CostTable.Microseconds(string, StepWork)"/>).</summary>
    public double Microseconds(StepWork work)
        => (Nanoseconds + (NanosecondsPerKilomac * work.MultiplyAdds / 1000) + (NanosecondsPerKilobyte * work.Bytes / 1024)
            + (NanosecondsPerKilotransform * work.Transformed / 1000) + (NanosecondsPerFarKilobyte * work.FarBytes / 1024)) / 1000;
}
