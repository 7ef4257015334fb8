using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Check;

/// <summary>Proves many leaves of a case, on several threads; the results come in the leaves' order.</summary>
internal sealed class LeafProver
{
    /// <summary>Leaves that are proven at once.</summary>
    private const int BlockLength = 512;

    private readonly LeafBounds[] _bounds;
    private readonly CancellationToken _cancellation;

    /// <summary>Makes a prover.</summary>
    /// <exception cref="UnverifiableException">The network is beyond the checker.</exception>
    public LeafProver(BoundNetwork network, int threads, CancellationToken cancellation)
    {
        _bounds = [.. Enumerable.Range(0, Math.Max(1, threads)).Select(_ => new LeafBounds(network))];
        _cancellation = cancellation;
    }

    /// <summary>The box of a case as a checker sees it: with float32 numbers on sides that are too narrow to hold one for sure.</summary>
    public static (double[] Lower, double[] Upper) BoxOf(VerifiedBox box)
    {
        (double[] lower, double[] upper) = ([.. box.Lower], [.. box.Upper]);
        for (int i = 0; i < lower.Length; i++)
        {
            double spacing = (Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i])) / (1 << 23)) + 1.5e-45;
            if (upper[i] - lower[i] < spacing) (lower[i], upper[i]) = (lower[i] - spacing, upper[i] + spacing);
        }

        return (lower, upper);
    }

    /// <summary>Applies a function to each leaf of a tree.</summary>
    /// <exception cref="FormatException">The tree is none.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<T> Map<T>(ProofTree tree, VerifiedBox box, Func<LeafBounds, LeafBox, T> function)
    {
        (double[] lower, double[] upper) = BoxOf(box);
        var block = new List<LeafBox>(BlockLength);
        foreach (LeafBox leaf in TreeWalk.Leaves(tree, LeafBox.Of(lower, upper), _bounds[0].Places))
        {
            block.Add(leaf);
            if (block.Count < BlockLength) continue;
            foreach (T result in Block(block, function)) yield return result;
            block.Clear();
        }

        foreach (T result in Block(block, function)) yield return result;
    }

    private T[] Block<T>(List<LeafBox> leaves, Func<LeafBounds, LeafBox, T> function)
    {
        var results = new T[leaves.Count];
        int next = -1;
        void Work(LeafBounds bounds)
        {
            for (int i = Interlocked.Increment(ref next); i < results.Length; i = Interlocked.Increment(ref next))
            {
                _cancellation.ThrowIfCancellationRequested();
                results[i] = function(bounds, leaves[i]);
            }
        }

        if (_bounds.Length == 1 || leaves.Count == 1) Work(_bounds[0]);
        else InParallel(Work);
        return results;
    }

    private void InParallel(Action<LeafBounds> work)
    {
        try
        {
            Parallel.ForEach(_bounds, work);
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Capture(several.InnerExceptions[0]).Throw();
        }
    }
}
