using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Linear;

/// <summary>A model of one operator, or a few, of random sizes: the same for the same seed.</summary>
internal sealed class RandomModel
{
    private readonly OnnxModelWriter _writer = new();
    private readonly List<(ElementType Type, int[] Lengths)> _inputs = [];

    public RandomModel(int seed, ElementType type)
    {
        Seed = seed;
        Type = type;
        Random = new Random(seed);
    }

    public int Seed { get; }

    public ElementType Type { get; }

    public Random Random { get; }

    public OnnxModelWriter Writer => _writer;

    public ReferenceTensor[] Values => [.. _inputs.Select((x, i) => RandomTensor.Of(x.Type, Seed + i, x.Lengths))];

    public int Next(int least, int most) => Random.Next(least, most + 1);

    public bool Chance(double probability) => Random.NextDouble() < probability;

    public T Any<T>(params T[] choices) => choices[Random.Next(choices.Length)];

    public int[] Lengths(int count, int least, int most) => [.. Enumerable.Range(0, count).Select(_ => Next(least, most))];

    public RandomModel Opset(int version)
    {
        _writer.Opset(version);
        return this;
    }

    /// <summary>An input of the model.</summary>
    public string Input(string name, params int[] lengths)
    {
        _inputs.Add((Type, lengths));
        _writer.Input(name, Type, [.. lengths.Select(d => (OnnxDim)d)]);
        return name;
    }

    /// <summary>A constant.</summary>
    public string Constant(string name, params int[] lengths) => Constant(name, RandomTensor.Of(Type, Seed + name.Length + lengths.Sum(), lengths));

    /// <summary>A constant of given elements.</summary>
    public string Constant(string name, ReferenceTensor value)
    {
        _writer.Initializer(name, value.ToTensor());
        return name;
    }

    /// <summary>A constant most of the time, else an input.</summary>
    public string Weights(string name, double constant, params int[] lengths) => Chance(constant) ? Constant(name, lengths) : Input(name, lengths);

    public RandomModel Node(string op, string inputs, string outputs, Action<OnnxNodeWriter>? write = null)
    {
        _writer.Node(op, inputs, outputs, write);
        return this;
    }

    public RandomModel Output(string name)
    {
        _writer.Output(name);
        return this;
    }
}
