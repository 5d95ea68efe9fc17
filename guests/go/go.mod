module kubewarden.example/guests

go 1.24
