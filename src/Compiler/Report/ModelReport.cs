using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Red;

namespace RedGen.Compiler.Report;

/// <summary>What one inference costs.</summary>
/// <param name="Multiplications">Multiplications, those with padding included.</param>
/// <param name="Additions">Additions and subtractions.</param>
/// <param name="WeightBytes">Bytes of weights.</param>
public sealed record ReportCost(long Multiplications, long Additions, long WeightBytes)
{
    /// <summary>The share of a figure that went away, 1 − after ÷ before; 0 where there was nothing.</summary>
    public static double Removed(long before, long after) => before == 0 ? 0 : 1 - ((double)after / before);
}

/// <summary>What the reduction made of a model, step by step. Made from two plans of one model; immutable.</summary>
public sealed record ModelReport
{
    /// <summary>Where the model comes from.</summary>
    public required ModelInfo Info { get; init; }

    /// <summary>The generated class.</summary>
    public required string ClassName { get; init; }

    /// <summary>How the weights were hashed.</summary>
    public required Hashing Method { get; init; }

    /// <summary>Whether the search decided (a plan file), or the closed form.</summary>
    public required bool IsTuned { get; init; }

    /// <summary>The relative error that was allowed at the outputs.</summary>
    public required double Tolerance { get; init; }

    /// <summary>The relative error measured at the outputs; NaN: not measured.</summary>
    public required double MeasuredError { get; init; }

    /// <summary>What it was measured on, in words; empty: not measured.</summary>
    public required string MeasuredOn { get; init; }

    /// <summary>The relative error that the closed form expects.</summary>
    public required double EstimatedError { get; init; }

    /// <summary>The bound of the error that is certain; null where none is known.</summary>
    public required ErrorCertificate? Certificate { get; init; }

    /// <summary>The bound of the reduction's error by splitting the box, and where the code of both networks is far apart; null where it was not searched for.</summary>
    public ReductionWitness? Reduction { get; init; }

    /// <summary>Certified radii of samples; none where nobody asked for them.</summary>
    public ImmutableArray<SampleRadius> Radii { get; init; } = [];

    /// <summary>The model as it was. Bytes are those of all constants as emitted without the reduction, each distinct array once.</summary>
    public required ReportCost Before { get; init; }

    /// <summary>The reduced model. Bytes are those of all constants as emitted.</summary>
    public required ReportCost After { get; init; }

    /// <summary>Bytes of scratch memory of one call, before.</summary>
    public required int ArenaBytesBefore { get; init; }

    /// <summary>Bytes of scratch memory of one call of the reduced model.</summary>
    public required int ArenaBytesAfter { get; init; }

    /// <summary>The least scratch memory that any placement of the reduced model's values needs: the largest sum of values alive at one step.</summary>
    public required int ArenaLowerBound { get; init; }

    /// <summary>Scratch memory of the reduced model ÷ <see cref="ArenaLowerBound"/>; 1 without scratch memory.</summary>
    public required double ArenaRatio { get; init; }

    /// <summary>The steps of the reduced model that compute something, in their order.</summary>
    public required ImmutableArray<LayerReport> Layers { get; init; }

    /// <summary>The number of weights of layers before the reduction, biases not among them.</summary>
    public long Weights => Layers.Sum(l => (long)(l.Weights?.Count ?? 0));

    /// <summary>The papers' count of the whole model: the different values in each column, summed, ÷ weights. Layers that are not hashed count in full.</summary>
    public double ValuesPerColumnRatio
    {
        get
        {
            long weights = Weights;
            return weights == 0 ? 1 : (double)Layers.Sum(l => l.Weights is { } w ? w.ValuesPerColumn ?? w.Count : 0) / weights;
        }
    }

    /// <summary>The share of the multiplications that the reduction removed.</summary>
    public double MultiplicationsRemoved => ReportCost.Removed(Before.Multiplications, After.Multiplications);

    /// <summary>Bytes of weights, reduced to original; 1 where there are none.</summary>
    public double WeightBytesRatio => 1 - ReportCost.Removed(Before.WeightBytes, After.WeightBytes);

    /// <summary>The parameters as floats, four bytes each, without what packing adds: what `redgen eval` divides by too.</summary>
    private static long ParameterBytes(ExecutionPlan plan) => 4 * plan.Parameters;

    /// <summary>Outputs that were merged into others or removed.</summary>
    public int OutputsMerged => Layers.Sum(l => l.Weights?.OutputsMerged ?? 0);

    /// <summary>About how long a call takes, in microseconds: the sum over the steps whose kernels the table of costs knows.</summary>
    public double EstimatedMicroseconds => Layers.Sum(static l => l.EstimatedMicroseconds ?? 0);

    /// <summary>The machine of that table.</summary>
    public required string CostsOf { get; init; }

    /// <summary>Makes the report.</summary>
    /// <param name="before">The plan of the model without reduction (<see cref="Hashing.None"/>).</param>
    /// <param name="after">The plan of the same model as the user asked for it.</param>
    /// <param name="costs">What kernels take on the machine; null: <see cref="CostTable.X64"/>.</param>
    public static ModelReport Of(ExecutionPlan before, ExecutionPlan after, CostTable? costs = null) => new()
    {
        Info = after.Info,
        ClassName = after.ClassName,
        Method = after.Reduction.Method,
        IsTuned = after.Reduction.IsTuned,
        Tolerance = after.Reduction.Tolerance,
        MeasuredError = after.Reduction.MeasuredError,
        MeasuredOn = after.Reduction.Inputs,
        EstimatedError = after.Reduction.EstimatedError,
        Certificate = after.Reduction.Certificate,
        Before = new ReportCost(before.Multiplications, before.Root.Steps.Sum(LayerReader.Additions), after.Reduction.Method == Hashing.None ? before.WeightBytes : ParameterBytes(before)),
        After = new ReportCost(after.Multiplications, after.Root.Steps.Sum(LayerReader.Additions), after.WeightBytes),
        ArenaBytesBefore = before.ArenaBytes,
        ArenaBytesAfter = after.ArenaBytes,
        ArenaLowerBound = after.ArenaLowerBound,
        ArenaRatio = after.ArenaRatio,
        CostsOf = (costs ?? CostTable.X64).Machine,
        Layers = new LayerReader(before, after, costs ?? CostTable.X64).ReadAll(),
    };
}
