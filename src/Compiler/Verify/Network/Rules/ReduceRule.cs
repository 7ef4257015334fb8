using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>The Reduce operators that are no plain sums.</summary>
internal static class ReduceRule
{
    /// <summary>Reads a ReduceMax: exact.</summary>
    public static void Max(NetworkBuilder builder, Node node) => ExtremeRule.AddLargest(builder, node.Outputs[0], builder.Index(node.Inputs[0]), builder.Length(node.Inputs[0]), ElementGroups.OfReduction(builder, node), 1);

    /// <summary>Reads a ReduceMin: exact.</summary>
    public static void Min(NetworkBuilder builder, Node node) => ExtremeRule.AddLargest(builder, node.Outputs[0], builder.Index(node.Inputs[0]), builder.Length(node.Inputs[0]), ElementGroups.OfReduction(builder, node), -1);

    /// <summary>Reads a ReduceL1.</summary>
    public static void L1(NetworkBuilder builder, Node node) => AddSum(builder, node, new AbsActivation());

    /// <summary>Reads a ReduceSumSquare.</summary>
    public static void SumSquare(NetworkBuilder builder, Node node) => AddSum(builder, node, new PowerActivation(2, IsExact: true));

    /// <summary>Reads a ReduceL2.</summary>
    public static void L2(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[][] groups = ElementGroups.OfReduction(builder, node);
        builder.Add(name, new ActivationNode(name, groups.Length, HiddenSum(builder, node, groups, new PowerActivation(2, IsExact: true)), new SqrtActivation()));
    }

    /// <summary>Reads a ReduceLogSum.</summary>
    public static void LogSum(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[][] groups = ElementGroups.OfReduction(builder, node);
        LinearMap map = ElementGroups.Sums(builder.Length(node.Inputs[0]), groups);
        int sum = builder.AddHidden(new AffineNode(name, [builder.Index(node.Inputs[0])], [map], new double[groups.Length], new AffineRounding(groups.Max(static g => g.Length)) { KeepsSign = true }));
        builder.Add(name, new ActivationNode(name, groups.Length, sum, new LogActivation()));
    }

    private static void AddSum(NetworkBuilder builder, Node node, Activation function)
    {
        string name = node.Outputs[0];
        int[][] groups = ElementGroups.OfReduction(builder, node);
        builder.Add(name, Sum(builder, node, groups, function));
    }

    private static int HiddenSum(NetworkBuilder builder, Node node, int[][] groups, Activation function) => builder.AddHidden(Sum(builder, node, groups, function));

    private static AffineNode Sum(NetworkBuilder builder, Node node, int[][] groups, Activation function)
    {
        string name = node.Outputs[0];
        int length = builder.Length(node.Inputs[0]);
        int terms = builder.AddHidden(new ActivationNode(name, length, builder.Index(node.Inputs[0]), function));
        return new AffineNode(name, [terms], [ElementGroups.Sums(length, groups)], new double[groups.Length], new AffineRounding(groups.Max(static g => g.Length) + 1) { KeepsSign = true });
    }
}
