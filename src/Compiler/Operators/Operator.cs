
namespace RedGen.Compiler.Operators;

/// <summary>
/// What an operator means: its schema, how types and shapes follow from its inputs, and a reference evaluation that is slow and
/// obviously correct. How it is computed in generated code is the business of Kernels/.
/// </summary>
public abstract class Operator
{
    /// <summary>The operator's outer form.</summary>
    public abstract OperatorSchema Schema { get; }

    /// <summary>
    /// Sets type and shape of every output. The schema has been checked: required inputs are there, their types are allowed,
    /// attributes have their kinds. Report what does not fit through <see cref="InferenceContext.Fail"/> and its siblings.
    /// </summary>
    public abstract void Infer(InferenceContext context);

    /// <summary>Computes every output that is asked for, in double (floats) or long (integers, bool). Inference has succeeded.</summary>
    public abstract void Evaluate(EvaluationContext context);

    /// <summary>Whether equal inputs give equal outputs; only such nodes are folded and shared.</summary>
    public virtual bool IsDeterministic => true;

    /// <summary>
    /// Whether the outputs follow from the types of the inputs alone, as those of Shape do. Such nodes are folded although their
    /// inputs are computed at run time; their evaluation reads <see cref="EvaluationContext.InputType"/> only.
    /// </summary>
    public virtual bool DependsOnTypesOnly => false;

    /// <summary>
    /// Whether the reference evaluation takes time in proportion to the elements of inputs and outputs. Operators that multiply
    /// them (products, convolutions, pooling) say no, and are folded only while small.
    /// </summary>
    public virtual bool IsLinearTime => true;

    /// <summary>
    /// Whether the operator is not folded although its inputs are constants: they are smaller than the result, and kernels read them as they are.
    /// </summary>
    public virtual bool KeepsConstants => false;

    /// <summary>
    /// Whether the operator can be computed where the shape of its output depends on values of run time and the file declares that
    /// shape. Generated code is made for the declared shape then, and checks at run time that the values give it.
    /// </summary>
    public virtual bool AcceptsDeclaredShapes => false;

    /// <summary>
    /// Sets type and shape of every output from the shapes that the file declares for them. Called where <see cref="Infer"/> found
    /// that a shape depends on values of run time; only where <see cref="AcceptsDeclaredShapes"/>.
    /// </summary>
    /// <param name="context">The node.</param>
    /// <param name="shapes">The lengths declared for each output.</param>
    /// <returns>Whether some values give these shapes. Where none can, the declaration is of no use.</returns>
    public virtual bool InferDeclared(InferenceContext context, int[][] shapes) => false;

    /// <summary>
    /// Sets type and shape of every output where lengths depend on values of run time: with dimensions that are left open
    /// (<see cref="InferenceContext.Open"/>). Inputs may have such dimensions too. Called where <see cref="Infer"/> found that a
    /// shape is not known.
    /// </summary>
    /// <param name="context">The node.</param>
    /// <returns>Whether the outputs are set. Not even their ranks may be known.</returns>
    public virtual bool InferOpen(InferenceContext context) => false;
}
