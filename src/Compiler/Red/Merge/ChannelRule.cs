using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Merge.Rules;

namespace RedGen.Compiler.Red.Merge;

/// <summary>What a family of operators does with channels: one file a family, one row in <see cref="All"/>.</summary>
internal abstract class ChannelRule
{
    private static readonly ImmutableArray<ChannelRule> All =
    [
        new LinearRule(),
        new ElementwiseRule(),
        new NormalisationRule(),
        new ConcatRule(),
        new WindowRule(),
        new PadRule(),
        new ResizeRule(),
        new SliceRule(),
        new ReduceRule(),
        new TransposeRule(),
        new ViewRule(),
    ];

    /// <summary>The rule for a node; null where there is none: its inputs keep all channels.</summary>
    public static ChannelRule? Find(Node node) => node.Operator.Domain.Length == 0 ? All.FirstOrDefault(r => r.Serves(node.Operator.Name)) : null;

    /// <summary>Whether the rule is for that operator of ai.onnx.</summary>
    public abstract bool Serves(string name);

    /// <summary>Numbers the channels of the node's output. False where the node is not understood: its inputs keep all channels, its output has none.</summary>
    public abstract bool Analyse(ChannelAnalysis analysis, Node node);

    /// <summary>Rewrites the node for fewer channels; called where an input or output of it loses some.</summary>
    public virtual void Rewrite(ChannelRewriter rewriter, Node node)
    {
    }
}
