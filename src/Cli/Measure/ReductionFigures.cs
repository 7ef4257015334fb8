using System.Linq;
using RedGen.Compiler.Plan;

namespace RedGen.Cli.Measure;

/// <summary>What a reduction saves and what it may cost, from the plans of the original and the reduced model.</summary>
internal sealed class ReductionFigures
{
    private readonly ExecutionPlan _original;
    private readonly ExecutionPlan _reduced;

    /// <summary>Compares plans.</summary>
    /// <param name="original">The plan without a reduction.</param>
    /// <param name="reduced">The plan with it.</param>
    public ReductionFigures(ExecutionPlan original, ExecutionPlan reduced)
    {
        _original = original;
        _reduced = reduced;
    }

    /// <summary>1 − multiplications of the reduced model, every layer under its exact lowering with the fewest, ÷ those of the original.</summary>
    public double MultiplicationsRemoved => _original.MultiplyAdds == 0 ? 0 : 1 - ((double)_reduced.Multiplications / _original.MultiplyAdds);

    /// <summary>Bytes of the reduced model's constants as emitted ÷ 4 × parameters of the original with its normalisations folded.</summary>
    public double WeightBytesRatio => _original.Parameters == 0 ? 1 : _reduced.WeightBytes / (4.0 * _original.Parameters);

    /// <summary>
    /// The papers' count: Σ over columns of the different values in the column ÷ weights, over the layers with hashed weights; null where there are none.
    /// </summary>
    public double? PapersCount
    {
        get
        {
            long values = 0, weights = 0;
            foreach (Step step in _reduced.Root.Steps)
            {
                if (step.Cost is not { } cost) continue;
                values += cost.ValuesPerColumn;
                weights += step.Nodes.SelectMany(static n => n.Inputs).Sum(i => _reduced.Reduction.Hashed.TryGetValue(i, out Compiler.Red.HashedMatrix? matrix) ? matrix.Count : 0);
            }

            return weights == 0 ? null : (double)values / weights;
        }
    }

    /// <summary>The relative error at the outputs on the inputs of the search; null where it was not measured.</summary>
    public double? MeasuredError => Finite(_reduced.Reduction.MeasuredError);

    /// <summary>The relative error that the closed form expects; null where there is none.</summary>
    public double? EstimatedError => Finite(_reduced.Reduction.EstimatedError);

    /// <summary>The bound of the error of any output element; null where there is none.</summary>
    public double? CertifiedError => _reduced.Reduction.Certificate is { } certificate ? Finite(certificate.MaxError) : null;

    /// <summary>JSON has neither infinity nor NaN.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
