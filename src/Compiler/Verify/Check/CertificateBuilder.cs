using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Build;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Check;

/// <summary>
/// Makes a certificate of what a search has proven: its splits, and further ones where the checker, which takes nothing over from a leaf's
/// surroundings, needs smaller parts.
/// </summary>
internal sealed class CertificateBuilder
{
    /// <summary>Leaves beyond those of the search, for each of them.</summary>
    private const int LeavesForOne = 16;

    /// <summary>Leaves that any certificate may have.</summary>
    private const int FewLeaves = 20_000;

    /// <summary>Inputs up to which inputs are split; of networks with more, elements of values are.</summary>
    private const int MostSplitInputs = 20;

    /// <summary>Multiply-adds of all leaves, about.</summary>
    private const double MostWork = 1e12;

    private readonly LeafProver _prover;
    private readonly bool _splitsElements;
    private readonly long _most;
    private long _leaves;

    private CertificateBuilder(BoundNetwork network, LeafProver prover, long most)
    {
        _prover = prover;
        _splitsElements = network.Inputs > MostSplitInputs;
        // A leaf pulls every argument of a function back through what is before it.
        double weights = network.Nodes.OfType<AffineNode>().Sum(static n => n.Maps.Sum(static m => (double)m.Count));
        double arguments = network.Nodes.OfType<ActivationNode>().Sum(static n => (double)n.Length);
        _most = (long)Math.Min(most, Math.Max(64, MostWork / Math.Max(1, weights * arguments)));
    }

    /// <summary>Makes a certificate.</summary>
    /// <param name="plans">The compiled models that the property is about.</param>
    /// <param name="property">The property, which holds.</param>
    /// <param name="propertySha256">The SHA-256 of its file.</param>
    /// <param name="trees">The splits of the search, a tree a case.</param>
    /// <param name="threads">Threads; the certificate does not depend on them.</param>
    /// <param name="problem">Why there is no certificate; empty where there is one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Certificate? Run(IReadOnlyList<ExecutionPlan> plans, VerifiedProperty property, string propertySha256, ImmutableArray<ProofTree> trees, int threads, out string problem, CancellationToken cancellationToken)
    {
        try
        {
            long most = FewLeaves + (LeavesForOne * trees.Sum(static t => (long)t.Values.Length));
            BoundNetwork network = JoinedNetwork.Of(plans, property);
            var builder = new CertificateBuilder(network, new LeafProver(network, threads, cancellationToken), most);
            ImmutableArray<ProofTree> refined = [.. property.Cases.Zip(trees, builder.Refine)];
            problem = "";
            return new Certificate(NetworkDigest.Of(plans), propertySha256, refined);
        }
        catch (UnverifiableException unproven)
        {
            problem = unproven.Message;
            return null;
        }
    }

    /// <summary>The tree with parts instead of leaves that the checker does not prove.</summary>
    private ProofTree Refine(PropertyCase part, ProofTree tree)
    {
        using IEnumerator<ProofTree> leaves = _prover.Map(tree, part.Box, (bounds, leaf) => Prove(bounds, leaf, part.Conjunctions)).GetEnumerator();
        ImmutableArray<int>.Builder inputs = ImmutableArray.CreateBuilder<int>();
        ImmutableArray<double>.Builder values = ImmutableArray.CreateBuilder<double>();
        int split = 0;
        foreach (int input in tree.Inputs)
        {
            if (input != ProofTree.Leaf)
            {
                inputs.Add(input);
                values.Add(tree.Values[split++]);
                continue;
            }

            leaves.MoveNext();
            inputs.AddRange(leaves.Current.Inputs);
            values.AddRange(leaves.Current.Values);
        }

        return new ProofTree(inputs.ToImmutable(), values.ToImmutable());
    }

    private ProofTree Prove(LeafBounds bounds, LeafBox leaf, ImmutableArray<Conjunction> conjunctions)
    {
        ImmutableArray<int>.Builder inputs = ImmutableArray.CreateBuilder<int>();
        ImmutableArray<double>.Builder values = ImmutableArray.CreateBuilder<double>();
        var open = new Stack<LeafBox>();
        open.Push(leaf);
        while (open.Count > 0)
        {
            LeafBox box = open.Pop();
            if (bounds.Proves(box, conjunctions, _splitsElements, out LeafSplit split))
            {
                inputs.Add(ProofTree.Leaf);
                continue;
            }

            if (split.Place < 0) throw new UnverifiableException("a part as small as float32 tells apart is proven by the search and not by the checker");
            if (Interlocked.Increment(ref _leaves) > _most) throw new UnverifiableException("the checker, which takes nothing over from a leaf's surroundings, needs too many parts: there is no certificate of such a proof yet");
            inputs.Add(split.Place);
            values.Add(split.Value);
            open.Push(box.Above(split.Place, split.Value));
            open.Push(box.Below(split.Place, split.Value));
        }

        return new ProofTree(inputs.ToImmutable(), values.ToImmutable());
    }
}
