using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using RedGen.Cli.Output;

namespace RedGen.Cli.Measure;

/// <summary>An input or output of a model in ONNX Runtime.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">The number of its element type, ONNX's.</param>
/// <param name="Shape">The lengths of its dimensions.</param>
/// <param name="Data">Its elements; an array that does not move.</param>
internal sealed record OrtTensor(string Name, int ElementType, long[] Shape, byte[] Data);

/// <summary>
/// A model in ONNX Runtime, through its C API: all optimisations, tensors over memory of the caller's. Enough to measure beside, not a
/// binding. The comparison of bench/ compiles this file into ahead-of-time programs, so it knows nothing of the compiler.
/// </summary>
internal sealed unsafe class OrtSession : IDisposable
{
    private const int AllOptimisations = 99;

    private readonly IntPtr _library;
    private readonly void** _api;
    private readonly List<IntPtr> _names = [];
    private void* _environment;
    private void* _options;
    private void* _session;
    private void* _memory;
    private byte*[] _inputNames = [];
    private byte*[] _outputNames = [];
    private void*[] _inputs = [];
    private void*[] _outputs = [];

    /// <summary>Loads the library and the model.</summary>
    /// <param name="libraryPath">Path of libonnxruntime.</param>
    /// <param name="modelPath">Path of the model.</param>
    /// <param name="threads">Threads inside an operator.</param>
    /// <exception cref="ToolException">The library cannot be loaded, or rejects the model.</exception>
    public OrtSession(string libraryPath, string modelPath, int threads = 1)
    {
        if (!NativeLibrary.TryLoad(libraryPath, out _library)) throw new ToolException("ONNX Runtime's library '" + libraryPath + "' cannot be loaded");
        if (!NativeLibrary.TryGetExport(_library, "OrtGetApiBase", out IntPtr getBase)) throw new ToolException("'" + libraryPath + "' is not ONNX Runtime's library");
        void** apiBase = ((delegate* unmanaged<void**>)getBase)();
        _api = (void**)((delegate* unmanaged<uint, void*>)apiBase[0])(OrtApi.Version);
        if (_api is null) throw new ToolException("'" + libraryPath + "' is too old: it does not offer version 14 of ONNX Runtime's API");
        RuntimeVersion = Marshal.PtrToStringUTF8((IntPtr)((delegate* unmanaged<byte*>)apiBase[1])()) ?? "?";
        try
        {
            Open(modelPath, threads);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The library's version.</summary>
    public string RuntimeVersion { get; }

    /// <summary>Binds memory to the model's inputs and outputs; the arrays must not move.</summary>
    /// <param name="inputs">The inputs, in any order.</param>
    /// <param name="outputs">The outputs; a run writes their elements.</param>
    public void Bind(IReadOnlyList<OrtTensor> inputs, IReadOnlyList<OrtTensor> outputs)
    {
        _inputs = Bind(_inputNames, inputs);
        _outputs = Bind(_outputNames, outputs);
    }

    /// <summary>Runs the model once on the bound memory.</summary>
    public void Run()
    {
        fixed (byte** inputNames = _inputNames)
        fixed (byte** outputNames = _outputNames)
        fixed (void** inputs = _inputs)
        fixed (void** outputs = _outputs)
        {
            Check(((delegate* unmanaged<void*, void*, byte**, void**, nuint, byte**, nuint, void**, void*>)_api[OrtApi.Run])(
                _session, null, inputNames, inputs, (nuint)_inputs.Length, outputNames, (nuint)_outputs.Length, outputs));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (void* value in _inputs) Release(OrtApi.ReleaseValue, value);
        foreach (void* value in _outputs) Release(OrtApi.ReleaseValue, value);
        (_inputs, _outputs) = ([], []);
        foreach (IntPtr name in _names) NativeMemory.Free((void*)name);
        _names.Clear();
        Release(OrtApi.ReleaseMemoryInfo, _memory);
        Release(OrtApi.ReleaseSession, _session);
        Release(OrtApi.ReleaseSessionOptions, _options);
        Release(OrtApi.ReleaseEnv, _environment);
        _memory = _session = _options = _environment = null;
        // The library stays: unloading one that started threads ends processes.
    }

    private void Open(string modelPath, int threads)
    {
        void* created;
        fixed (byte* id = "redgen\0"u8)
            Check(((delegate* unmanaged<int, byte*, void**, void*>)_api[OrtApi.CreateEnv])(3, id, &created));
        _environment = created;
        Check(((delegate* unmanaged<void**, void*>)_api[OrtApi.CreateSessionOptions])(&created));
        _options = created;
        Check(((delegate* unmanaged<void*, int, void*>)_api[OrtApi.SetIntraOpNumThreads])(_options, threads));
        Check(((delegate* unmanaged<void*, int, void*>)_api[OrtApi.SetInterOpNumThreads])(_options, 1));
        Check(((delegate* unmanaged<void*, int, void*>)_api[OrtApi.SetSessionGraphOptimizationLevel])(_options, AllOptimisations));
        // Paths are wide on Windows only.
        byte[] path = OperatingSystem.IsWindows() ? Encoding.Unicode.GetBytes(modelPath + "\0") : Encoding.UTF8.GetBytes(modelPath + "\0");
        fixed (byte* p = path)
            Check(((delegate* unmanaged<void*, byte*, void*, void**, void*>)_api[OrtApi.CreateSession])(_environment, p, _options, &created));
        _session = created;
        Check(((delegate* unmanaged<int, int, void**, void*>)_api[OrtApi.CreateCpuMemoryInfo])(0, 0, &created));
        _memory = created;
        _inputNames = ReadNames(OrtApi.SessionGetInputCount, OrtApi.SessionGetInputName);
        _outputNames = ReadNames(OrtApi.SessionGetOutputCount, OrtApi.SessionGetOutputName);
    }

    private byte*[] ReadNames(int countSlot, int nameSlot)
    {
        void* allocator;
        Check(((delegate* unmanaged<void**, void*>)_api[OrtApi.GetAllocatorWithDefaultOptions])(&allocator));
        nuint count;
        Check(((delegate* unmanaged<void*, nuint*, void*>)_api[countSlot])(_session, &count));
        var names = new byte*[count];
        for (nuint i = 0; i < count; i++)
        {
            byte* name;
            Check(((delegate* unmanaged<void*, nuint, void*, byte**, void*>)_api[nameSlot])(_session, i, allocator, &name));
            ReadOnlySpan<byte> text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
            byte* copy = (byte*)NativeMemory.AllocZeroed((nuint)text.Length + 1);
            _names.Add((IntPtr)copy);
            text.CopyTo(new Span<byte>(copy, text.Length));
            names[i] = copy;
            Check(((delegate* unmanaged<void*, void*, void*>)_api[OrtApi.AllocatorFree])(allocator, name));
        }

        return names;
    }

    private void*[] Bind(byte*[] names, IReadOnlyList<OrtTensor> values)
    {
        var tensors = new void*[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string name = Marshal.PtrToStringUTF8((IntPtr)names[i])!;
            int index = IndexOf(values, name);
            if (index < 0) throw new ToolException("ONNX Runtime says that the model has '" + name + "', which RedGen's does not have");
            tensors[i] = CreateTensor(values[index]);
        }

        return tensors;
    }

    private static int IndexOf(IReadOnlyList<OrtTensor> values, string name)
    {
        for (int i = 0; i < values.Count; i++)
            if (values[i].Name == name) return i;
        return -1;
    }

    private void* CreateTensor(OrtTensor value)
    {
        void* tensor;
        fixed (long* s = value.Shape)
        {
            void* pinned = (void*)Marshal.UnsafeAddrOfPinnedArrayElement(value.Data, 0);
            Check(((delegate* unmanaged<void*, void*, nuint, long*, nuint, int, void**, void*>)_api[OrtApi.CreateTensorWithDataAsOrtValue])(
                _memory, pinned, (nuint)value.Data.Length, s, (nuint)value.Shape.Length, value.ElementType, &tensor));
        }

        return tensor;
    }

    private void Release(int slot, void* handle)
    {
        if (handle is not null) ((delegate* unmanaged<void*, void>)_api[slot])(handle);
    }

    private void Check(void* status)
    {
        if (status is null) return;
        string message = Marshal.PtrToStringUTF8((IntPtr)((delegate* unmanaged<void*, byte*>)_api[OrtApi.GetErrorMessage])(status)) ?? "unknown error";
        ((delegate* unmanaged<void*, void>)_api[OrtApi.ReleaseStatus])(status);
        throw new ToolException("ONNX Runtime: " + message.ReplaceLineEndings(" "));
    }
}
