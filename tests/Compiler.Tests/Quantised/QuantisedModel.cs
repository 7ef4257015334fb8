using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>A random model on its way, with the inputs that it is run on.</summary>
internal sealed class QuantisedModel(Random random)
{
    private readonly List<ReferenceTensor> _inputs = [];

    /// <summary>The source of chance.</summary>
    public Random Random { get; } = random;

    /// <summary>The model.</summary>
    public OnnxModelWriter Writer { get; } = new();

    /// <summary>What the model is run on.</summary>
    public ReferenceTensor[] Inputs => [.. _inputs];

    /// <summary>One of several.</summary>
    public T Pick<T>(params T[] choices) => choices[Random.Next(choices.Length)];

    /// <summary>Random lengths, now and then 0.</summary>
    public int[] Lengths(int rank) => [.. Enumerable.Range(0, rank).Select(_ => Random.Next(14) == 0 ? 0 : Random.Next(1, 7))];

    /// <summary>A constant over the whole range of its integers.</summary>
    public QuantisedModel Constant(string name, ElementType type, int[] lengths) => Add(name, Filled(type, lengths), isConstant: true);

    /// <summary>A tensor over the whole range of its integers, or of a normal distribution: an input or a constant.</summary>
    public QuantisedModel Value(string name, ElementType type, int[] lengths, bool canBeConstant = false) => Add(name, Filled(type, lengths), canBeConstant && Random.Next(2) == 0);

    private ReferenceTensor Filled(ElementType type, int[] lengths)
    {
        ReferenceTensor tensor = RandomTensor.Of(type, Random.Next(), lengths);
        if (tensor.Integers is { } integers)
            for (int i = 0; i < integers.Length; i++) integers[i] = Random.Next(-(1 << 15), 1 << 15);
        return tensor.Rounded();
    }

    /// <summary>Positive scales: an input or a constant.</summary>
    public QuantisedModel Scale(string name, ElementType type, int[] lengths, double factor = 1)
    {
        var tensor = new ReferenceTensor(type, lengths);
        for (int i = 0; i < tensor.Count; i++) tensor.Reals![i] = factor * (Random.Next(4) == 0 ? 0.25 : 0.01 + Random.NextDouble());
        return Add(name, tensor.Rounded(), Random.Next(2) == 0);
    }

    /// <summary>Adds a node.</summary>
    public QuantisedModel Node(string op, string inputs, string outputs, Action<OnnxNodeWriter>? write = null)
    {
        Writer.Node(op, inputs, outputs, write);
        return this;
    }

    /// <summary>Adds an output.</summary>
    public QuantisedModel Output(string name)
    {
        Writer.Output(name);
        return this;
    }

    private QuantisedModel Add(string name, ReferenceTensor tensor, bool isConstant)
    {
        if (isConstant)
        {
            Writer.Initializer(name, tensor.ToTensor());
            return this;
        }

        Writer.Input(name, tensor.ElementType, [.. tensor.Lengths.Select(d => (OnnxDim)(long)d)]);
        _inputs.Add(tensor);
        return this;
    }
}
