using System.Collections.Generic;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Functions;

/// <summary>
/// An operator that generated code computes as a graph of other operators, as the specification defines it. Passes/ExpandFunctions puts
/// the body in the node's place; the reference interpreter keeps the node and evaluates it on its own, so that the two check each other.
/// </summary>
internal abstract class FunctionOperator : Operator
{
    /// <summary>The nodes that take the place of one, in topological order. Inference has accepted it.</summary>
    public abstract IEnumerable<Node> Body(FunctionContext context);

    /// <summary>Whether the reference interpreter, too, runs the body: operators whose attributes are graphs.</summary>
    public virtual bool IsBodyOnly => false;
}
