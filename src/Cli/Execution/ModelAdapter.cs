using System;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RedGen.Cli.Execution;

/// <summary>One run of a model: arrays of bytes, one an input and one an output, in the model's order.</summary>
/// <param name="inputs">The inputs' elements.</param>
/// <param name="outputs">Take the outputs' elements; see <see cref="GeneratedModel.NewOutputs"/>.</param>
internal delegate void PredictDelegate(byte[][] inputs, byte[][] outputs);

/// <summary>The methods of loaded code.</summary>
internal sealed class ModelAdapter
{
    private readonly Type _type;

    /// <summary>Finds the methods.</summary>
    public ModelAdapter(Assembly assembly, GeneratedModel model)
    {
        _type = assembly.GetType(model.AdapterName, throwOnError: true)!;
        Predict = Method<PredictDelegate>("Run");
    }

    /// <summary>Runs the model once; allocates nothing itself.</summary>
    public PredictDelegate Predict { get; }

    /// <summary>Prepares the first run.</summary>
    public Action Warmup => Method<Action>("Warmup");

    /// <summary>
    /// For models with batches: makes a call that runs the model many times. Of the inputs' elements, of so many runs, on so many threads (0: by the method
    /// without threads); the last is the call that gives the outputs' elements.
    /// </summary>
    public Func<byte[][], int, int, (Action Run, Func<byte[][]> Outputs)> Batch => Method<Func<byte[][], int, int, (Action Run, Func<byte[][]> Outputs)>>("Batch");

    private T Method<T>(string name)
        where T : Delegate
    {
        MethodInfo method = _type.GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
        // The adapter's own compilation is no part of what is measured.
        RuntimeHelpers.PrepareMethod(method.MethodHandle);
        return method.CreateDelegate<T>();
    }
}
