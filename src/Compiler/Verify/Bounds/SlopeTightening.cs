using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Bounds;

/// <summary>Bounds the elements of a layer with slopes of their own for each bound, which gradient ascent finds. The bounds do not depend on the number of passes.</summary>
/// <param name="passes">A pass for each thread.</param>
/// <param name="plan">How the ascent goes.</param>
/// <param name="refine">Tightens elements that nonlinear functions still lose by; null: nothing does.</param>
internal sealed class SlopeTightening(LagrangianPass[] passes, AscentPlan plan, Action<AffineNode, int, int[]>? refine = null)
{
    /// <summary>Elements that are bounded at once, whatever the number of threads.</summary>
    private const int Elements = 24;

    /// <summary>Tightens the bounds of some elements.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run(NetworkBounds bounds, AffineNode node, int index, int[] elements, CancellationToken cancellationToken)
    {
        Ascend(bounds, node, index, elements, cancellationToken);
        if (refine is null) return;
        int[] left = [.. elements.Where(i => bounds.Loses(index, i))];
        if (left.Length > 0) refine(node, index, left);
    }

    private void Ascend(NetworkBounds bounds, AffineNode node, int index, int[] elements, CancellationToken cancellationToken)
    {
        int groups = (elements.Length + Elements - 1) / Elements;
        int next = -1;
        Parallel.For(0, Math.Min(groups, passes.Length), new ParallelOptions { MaxDegreeOfParallelism = passes.Length, CancellationToken = cancellationToken }, worker =>
        {
            for (int g = Interlocked.Increment(ref next); g < groups && !cancellationToken.IsCancellationRequested; g = Interlocked.Increment(ref next))
                Run(passes[worker], bounds, node, index, elements.AsSpan(g * Elements, Math.Min(Elements, elements.Length - (g * Elements))));
        });
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Run(LagrangianPass pass, NetworkBounds bounds, AffineNode node, int index, ReadOnlySpan<int> elements)
    {
        int n = elements.Length;
        pass.Start(bounds, 2 * n, index);
        for (int k = 0; k < n; k++)
        {
            double error = bounds.Errors(index).IsEmpty ? 0 : bounds.Errors(index)[elements[k]];
            pass.Element(k, node, elements[k], 1, error);
            pass.Element(n + k, node, elements[k], -1, error);
        }

        pass.Ascend(index - 1, plan, isEnough: false, keeps: false, 2 * n);
        for (int k = 0; k < n; k++) bounds.Meet(index, elements[k], pass.Best(k), -pass.Best(n + k));
    }
}
