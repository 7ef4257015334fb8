using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Red.Splitting;

/// <summary>What the parts of a layer's work cost on a target, in sixteenths of a cycle.</summary>
/// <param name="MultiplyAdd">A multiply-add of the dense kernels, with its loads.</param>
/// <param name="Multiply">A multiplication of a lowering's loops.</param>
/// <param name="Add">An addition of a lowering's loops.</param>
/// <param name="Move">A load or store of a lowering's loops.</param>
internal readonly record struct TargetFigures(int MultiplyAdd, int Multiply, int Add, int Move);

/// <summary>
/// The cost model that chooses how a layer with hashed weights is computed. docs/decisions/0007-lowerings.md says where the figures come from.
/// </summary>
internal static class LoweringChoice
{
    /// <summary>
    /// AVX2: eight fused multiply-adds a half cycle, so one costs a sixteenth; the lowerings' loops are scalar, their loads and stores overlap.
    /// </summary>
    private static readonly TargetFigures Simd = new(MultiplyAdd: 1, Multiply: 8, Add: 8, Move: 8);

    /// <summary>An in-order core with one scalar float unit: a multiplication takes 3 cycles, an addition 1, a load 2 (a multiply-add 3 + 1 + 2 · 2).</summary>
    private static readonly TargetFigures Scalar = new(MultiplyAdd: 16 * 8, Multiply: 16 * 3, Add: 16 * 1, Move: 16 * 2);

    /// <summary>The lowering to emit, or null to stay with the dense kernels.</summary>
    /// <param name="goal">What is asked for.</param>
    /// <param name="multiplyAdds">Multiply-adds of the dense kernels.</param>
    /// <param name="works">The lowerings that can be emitted.</param>
    public static LoweringWork? Choose(Lowering goal, long multiplyAdds, IReadOnlyCollection<LoweringWork> works)
    {
        if (works.Count == 0) return null;
        if (goal == Lowering.Fewest) return LoweringCounter.Fewest(works);
        TargetFigures figures = goal == Lowering.Scalar ? Scalar : Simd;
        LoweringWork best = works.OrderBy(w => Cost(w, figures)).First();
        return Cost(best, figures) < (double)multiplyAdds * figures.MultiplyAdd ? best : null;
    }

    private static double Cost(LoweringWork work, TargetFigures figures)
        => ((double)work.Multiplications * figures.Multiply) + ((double)work.Additions * figures.Add) + ((double)work.Moves * figures.Move);
}
