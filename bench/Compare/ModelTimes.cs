namespace RedGen.Bench.Compare;

/// <summary>How the generated code was compiled.</summary>
internal enum CodeForm
{
    /// <summary>By the JIT of the running .NET.</summary>
    Jit,

    /// <summary>Ahead of time for net9.0, for the processor at hand.</summary>
    Aot,
}

/// <summary>One model in one form on so many threads, beside ONNX Runtime in the same process.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Form">How the code was compiled.</param>
/// <param name="Threads">Threads of both.</param>
/// <param name="Problem">Why there are no figures; null where there are.</param>
internal sealed record ModelTimes(string Model, CodeForm Form, int Threads, string? Problem)
{
    /// <summary>The largest difference of outputs that counts as agreement.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Microseconds of a call at best.</summary>
    public double RedGenMin { get; init; }

    /// <summary>Microseconds of half of the calls at most.</summary>
    public double RedGenMedian { get; init; }

    /// <summary>The same of ONNX Runtime.</summary>
    public double OrtMin { get; init; }

    /// <summary>The same of ONNX Runtime.</summary>
    public double OrtMedian { get; init; }

    /// <summary>Microseconds of the first call, with whatever is made then.</summary>
    public double FirstCall { get; init; }

    /// <summary>Largest |RedGen − ONNX Runtime| ÷ max(1, |ONNX Runtime|).</summary>
    public double MaxDifference { get; init; }

    /// <summary>Bytes of the program with the model and both runtimes' callers; 0 where it was not compiled ahead of time.</summary>
    public long ProgramBytes { get; init; }

    /// <summary>Bytes of resident memory at the peak of a process that runs RedGen only; 0 where it was not measured.</summary>
    public long RedGenPeakBytes { get; init; }

    /// <summary>The same of ONNX Runtime.</summary>
    public long OrtPeakBytes { get; init; }

    /// <summary>How many times as fast as ONNX Runtime, at best.</summary>
    public double Ratio => RedGenMin <= 0 ? 0 : OrtMin / RedGenMin;

    /// <summary>How many times as fast as ONNX Runtime, in the median.</summary>
    public double RatioMedian => RedGenMedian <= 0 ? 0 : OrtMedian / RedGenMedian;

    /// <summary>Whether both computed the same.</summary>
    public bool Agrees => MaxDifference <= Tolerance;
}
