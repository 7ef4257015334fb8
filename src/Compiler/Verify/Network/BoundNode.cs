using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Network;

/// <summary>A value of the network that is analysed: a vector of elements, computed from earlier nodes.</summary>
/// <param name="Name">The value's name in the model, for messages.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="Sources">The nodes that it is computed from.</param>
internal abstract record BoundNode(string Name, int Length, ImmutableArray<int> Sources);

/// <summary>The network's input.</summary>
/// <param name="Length">The number of elements.</param>
internal sealed record InputNode(int Length) : BoundNode("input", Length, []);

/// <summary>y = Σ Wₛ·xₛ + b, as computed in float32 in any order of summation.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Sources">The nodes xₛ.</param>
/// <param name="Maps">The matrices Wₛ.</param>
/// <param name="Bias">The vector b.</param>
/// <param name="Rounding">The rounding errors of the kernel that computes it; null where every element is a copy.</param>
internal sealed record AffineNode(string Name, ImmutableArray<int> Sources, ImmutableArray<LinearMap> Maps, double[] Bias, AffineRounding? Rounding)
    : BoundNode(Name, Bias.Length, Sources)
{
    /// <summary>The layers of two networks whose difference this is: both round. Null: a layer of its own, with <see cref="Rounding"/>.</summary>
    public LayerPair? Pair { get; init; }
}

/// <summary>Two layers.</summary>
/// <param name="Original">The node of the one.</param>
/// <param name="Reduced">The node of the other.</param>
internal sealed record LayerPair(int Original, int Reduced);

/// <summary>A function of every element by itself.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="Source">The node it is applied to.</param>
/// <param name="Function">The function.</param>
internal sealed record ActivationNode(string Name, int Length, int Source, Activation Function) : BoundNode(Name, Length, [Source]);

/// <summary>Every element is the largest of some elements of the source.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Source">The node.</param>
/// <param name="Groups">By element the elements of the source.</param>
internal sealed record MaxNode(string Name, int Source, ImmutableArray<ImmutableArray<int>> Groups) : BoundNode(Name, Groups.Length, [Source]);

/// <summary>Every element is the product of two elements: exact, the code's rounding comes with the node that reads it.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Left">The node of one factor.</param>
/// <param name="LeftElements">By element the factor's element.</param>
/// <param name="Right">The node of the other factor.</param>
/// <param name="RightElements">By element that factor's element.</param>
internal sealed record ProductNode(string Name, int Left, int[] LeftElements, int Right, int[] RightElements) : BoundNode(Name, LeftElements.Length, [Left, Right]);

/// <summary>f(z~) − f(z) by element: how far a function of one network is from the same function of another.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="Source">The node of δ = z~ − z.</param>
/// <param name="Original">The node of z.</param>
/// <param name="Reduced">The node of z~.</param>
/// <param name="Function">The function.</param>
internal sealed record DifferenceNode(string Name, int Length, int Source, int Original, int Reduced, Activation Function) : BoundNode(Name, Length, [Source, Original, Reduced]);

/// <summary>A network as bounds are computed on it; nodes stand after their sources, node 0 is the input.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Output">The node that is the output.</param>
internal sealed record BoundNetwork(ImmutableArray<BoundNode> Nodes, int Output)
{
    /// <summary>Input elements.</summary>
    public int Inputs => Nodes[0].Length;

    /// <summary>Output elements.</summary>
    public int Outputs => Nodes[Output].Length;
}
