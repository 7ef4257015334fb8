using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>A value that a loop's body hands on to its next run.</summary>
internal abstract record LoopValue
{
    /// <summary>The body's input.</summary>
    public required string Input { get; init; }

    /// <summary>The position among the body's planned outputs; −1 where the body hands it on as it is.</summary>
    public required int Output { get; init; }

    /// <summary>The position among the step's inputs.</summary>
    public required int Initial { get; init; }

    /// <summary>The position among the step's outputs; −1 where nobody reads it.</summary>
    public required int Target { get; init; }

    /// <summary>The element type.</summary>
    public required ElementType Type { get; init; }

    /// <summary>The local with the current value.</summary>
    public required string Name { get; init; }

    /// <summary>The parameter with the first value.</summary>
    public required string InitialName { get; init; }

    /// <summary>The local that the next run writes.</summary>
    public required string NextName { get; init; }

    /// <summary>What a call of the body passes to take the next value.</summary>
    public abstract string Argument { get; }

    /// <summary>Writes the locals before the loop.</summary>
    /// <param name="writer">The step's method.</param>
    /// <param name="layout">The step's workspace.</param>
    /// <param name="row">What is written behind the spans of initial value and output, to take a sequence of a batch.</param>
    public abstract void Declare(StepWriter writer, WorkspaceLayout layout, string row = "");

    /// <summary>Writes what comes before a run.</summary>
    public virtual void Prepare(StepWriter writer)
    {
    }

    /// <summary>Writes what follows a run.</summary>
    public abstract void Advance(StepWriter writer);

    /// <summary>Writes what follows the last run.</summary>
    public abstract void Finish(StepWriter writer, string row = "");
}
